/**
 * The image, as an archive in the OCI layout that `docker load`, `podman load` and `skopeo` read. It has no base image: its
 * root file system is the executable, the shared libraries of this machine that it needs, certificates and time zones.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { writeTar } from './archive.mjs';
import { run } from './run.mjs';
import { packageFacts, prefixTree } from './trees.mjs';

/** The user of the image: the number that images without a shell use. */
const USER = 65532;
const ZONES = '/usr/share/zoneinfo';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

/** The entries of the root file system. @param executable one that this machine can run. */
export function imageTree({ executable, licences }) {
  const text = (path, content) => ({ path, mode: 0o644, text: content });
  return [
    ...prefixTree({ executable, licences }).map((entry) => ({ ...entry, path: `usr/${entry.path}` })),
    ...libraries(executable),
    ...zones(),
    text('etc/ssl/certs/ca-certificates.crt', `${rootCertificates.join('\n')}\n`),
    text(
      'etc/passwd',
      `root:x:0:0:root:/root:/sbin/nologin\nrefit:x:${USER}:${USER}:refit:/state:/sbin/nologin\n`,
    ),
    text('etc/group', `root:x:0:\nrefit:x:${USER}:\n`),
    text('etc/nsswitch.conf', 'hosts: files dns\n'),
    { path: 'tmp', mode: 0o1777 },
    // A volume that is mounted on one of them belongs to the user of the image.
    { path: 'state', mode: 0o700, owner: USER },
    { path: 'work', mode: 0o755, owner: USER },
  ];
}

/** The libraries that the executable loads, at the paths where it looks for them, and where they come from. */
function libraries(executable) {
  const paths = run('ldd', [executable])
    .split('\n')
    .flatMap((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1] ?? [])
    .sort();
  const real = paths.map((path) => realpathSync(path));
  const packages = packagesOf([...paths, ...real]);
  return [
    ...paths.map((path) => ({ path: path.slice(1), mode: 0o755, file: realpathSync(path) })),
    {
      path: 'usr/share/doc/refit/libraries.txt',
      mode: 0o644,
      text: packages.map(({ name, version }) => `${name} ${version}\n`).join(''),
    },
    ...packages
      .filter(({ name }) => existsSync(`/usr/share/doc/${name}/copyright`))
      .map(({ name }) => ({
        path: `usr/share/doc/${name}/copyright`,
        mode: 0o644,
        file: `/usr/share/doc/${name}/copyright`,
      })),
  ];
}

/** The Debian packages of files. A file may be known by the path of its link only. */
function packagesOf(paths) {
  const owners = paths.flatMap((path) => {
    try {
      return [run('dpkg-query', ['--search', path]).split(':')[0]];
    } catch {
      return [];
    }
  });
  const names = [...new Set(owners)].sort();
  if (names.length === 0) throw new Error('no Debian package has the libraries of the executable');
  return names.map((name) => ({
    name,
    version: run('dpkg-query', ['--show', name]).split('\n')[0].split('\t')[1],
  }));
}

/** The time zones of this machine, without the copies that count leap seconds. */
function zones() {
  return readdirSync(ZONES, { recursive: true, withFileTypes: true })
    .map((entry) => ({ entry, source: join(entry.parentPath, entry.name) }))
    .filter(({ entry, source }) => !entry.isDirectory() && !/\/zoneinfo\/(posix|right)(\/|$)/.test(source))
    .flatMap(({ entry, source }) => {
      const path = source.slice(1);
      if (!entry.isSymbolicLink()) return [{ path, mode: 0o644, file: source }];
      // Such as localtime, which is of this machine.
      const link = readlinkSync(source);
      return link.startsWith('/') ? [] : [{ path, link }];
    });
}

/** Writes the image. @param time in seconds. @param revision the commit, or null. */
export async function writeImage(path, { tree, architecture, time, revision }) {
  const { version, description, license } = packageFacts();
  const folder = mkdtempSync(join(tmpdir(), 'refit-image-'));
  try {
    const layerFile = join(folder, 'layer');
    const layer = await writeTar(layerFile, tree, { time, gzip: true });
    const created = new Date(time * 1000).toISOString();
    const labels = {
      'org.opencontainers.image.title': 'refit',
      'org.opencontainers.image.description': description,
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.licenses': license,
      ...(revision === null ? {} : { 'org.opencontainers.image.revision': revision }),
    };
    const config = blob(CONFIG, {
      ...{ created, architecture, os: 'linux' },
      config: {
        User: `${USER}:${USER}`,
        Env: [
          'PATH=/usr/bin',
          'HOME=/state',
          'XDG_STATE_HOME=/state',
          'SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt',
        ],
        Entrypoint: ['refit'],
        WorkingDir: '/work',
        StopSignal: 'SIGTERM',
        Labels: labels,
      },
      rootfs: { type: 'layers', diff_ids: [`sha256:${layer.plainDigest}`] },
      history: [{ created, created_by: 'npm run package' }],
    });
    const layers = [{ mediaType: LAYER, digest: `sha256:${layer.digest}`, size: layer.size }];
    const manifest = blob(MANIFEST, {
      ...{ schemaVersion: 2, mediaType: MANIFEST, config: config.descriptor, layers, annotations: labels },
    });
    const tag = `refit:${version}`;
    const index = {
      schemaVersion: 2,
      manifests: [{ ...manifest.descriptor, annotations: { 'org.opencontainers.image.ref.name': tag } }],
    };
    const inFolder = (digest) => `blobs/sha256/${digest.replace('sha256:', '')}`;
    const json = (name, value) => ({ path: name, mode: 0o644, text: JSON.stringify(value) });
    const archived = [
      json('oci-layout', { imageLayoutVersion: '1.0.0' }),
      json('index.json', index),
      // For docker load of older versions.
      json('manifest.json', [
        {
          Config: inFolder(config.descriptor.digest),
          RepoTags: [tag],
          Layers: [inFolder(layers[0].digest)],
        },
      ]),
      ...[config, manifest].map(({ descriptor, text }) => ({
        path: inFolder(descriptor.digest),
        mode: 0o644,
        text,
      })),
      { path: inFolder(layers[0].digest), mode: 0o644, file: layerFile },
    ];
    await writeTar(path, archived, { time, gzip: false });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function blob(mediaType, value) {
  const text = JSON.stringify(value);
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  return { text, descriptor: { mediaType, digest, size: Buffer.byteLength(text) } };
}
