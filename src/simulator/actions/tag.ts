/** The actions of the tag product for instances. Source: docs/provider.md P189, P194 and P195. */
import { hash } from 'node:crypto';
import { accountOf, type SimInstance, type World } from '../world/world.ts';
import type { Action, Call } from './action.ts';
import type { Params } from './parameters.ts';
import { Refusal } from './refusal.ts';

interface Tag {
  readonly TagKey: string;
  readonly TagValue: string;
}

const MAX_RESOURCES = 50;
const MAX_TAGS = 10;
/** Rows of a page without Limit. */
const PAGE = 15;
/** `qcs::redis:ap-guangzhou:uin/100000000001:instance/crs-5qlrlhux`. The number of the account may be missing. */
const RESOURCE = /^qcs:[^:]*:redis:([a-z0-9-]+):uin\/(\d*):instance\/([^/:]+)$/;

const wrong = (code: string, message: string): Refusal =>
  new Refusal(`InvalidParameterValue.${code}`, message);

function describe(world: World, { params, identity }: Call): Record<string, unknown> {
  const { ServiceType, ResourcePrefix, ResourceRegion, ResourceIds, Category } = params;
  if (ServiceType !== 'redis') throw wrong('ServiceTypeInvalid', `There is no service ${ServiceType}.`);
  if (ResourcePrefix !== 'instance')
    throw wrong('ResourcePrefixInvalid', `There is no prefix ${ResourcePrefix}.`);
  const region = world.regions.get(ResourceRegion as string);
  if (!region) throw wrong('RegionInvalid', `There is no region ${ResourceRegion}.`);
  const ids = ResourceIds as readonly string[];
  if (ids.length === 0 || ids.length > MAX_RESOURCES)
    throw wrong('ResourceIdInvalid', `ResourceIds may hold 1 to ${MAX_RESOURCES} ids.`);
  const isOurs = (one: SimInstance | undefined): one is SimInstance =>
    one?.region === region && one.account === accountOf(world, identity);
  const found = [...new Set(ids)].map((id) => world.instances.get(id)).filter(isOurs);
  const rows = found.flatMap(({ id, tags }) =>
    tags.map(({ TagKey, TagValue }) => ({
      TagKey,
      TagValue,
      ResourceId: id,
      TagKeyMd5: hash('md5', TagKey),
      TagValueMd5: hash('md5', TagValue),
      ServiceType: 'redis',
      Category: 'Custom',
    })),
  );
  const [offset, limit] = [(params.Offset ?? 0) as number, (params.Limit ?? PAGE) as number];
  // The system has no tags of its own here.
  const listed = Category === 'System' ? [] : rows;
  const shown = listed.slice(offset, offset + limit);
  return { TotalCount: listed.length, Offset: offset, Limit: limit, Tags: shown };
}

/** The instance that a resource names, in the account of the call. @throws Refusal */
function resourceOf(world: World, { params, identity }: Call): SimInstance {
  const account = accountOf(world, identity);
  const [, region, uin, id] = RESOURCE.exec(params.Resource as string) ?? [];
  const instance = world.instances.get(id ?? '');
  const isOwn = instance?.account === account && (uin === '' || uin === account.uin);
  if (!isOwn || instance.region.code !== region)
    throw wrong('ResourceDescriptionError', `${params.Resource} names no resource of this account.`);
  return instance;
}

function modify(world: World, call: Call): Record<string, unknown> {
  const instance = resourceOf(world, call);
  const replaced = listOf<Tag>(call.params, 'ReplaceTags');
  const deleted = listOf<Pick<Tag, 'TagKey'>>(call.params, 'DeleteTags').map(({ TagKey }) => TagKey);
  if (replaced.length + deleted.length === 0)
    throw new Refusal('InvalidParameter.Tag', 'ReplaceTags or DeleteTags must have tags.');
  const keys = replaced.map(({ TagKey }) => TagKey);
  if ([...keys, ...deleted].includes('')) throw wrong('TagKeyEmpty', 'A key is empty.');
  if (deleted.some((key) => keys.includes(key)))
    throw wrong('DeleteTagsParamError', 'ReplaceTags and DeleteTags have the same key.');
  instance.tags = [
    ...instance.tags.filter(({ TagKey }) => !deleted.includes(TagKey) && !keys.includes(TagKey)),
    ...replaced.map(({ TagKey, TagValue }) => ({ TagKey, TagValue })),
  ];
  return {};
}

/** The given tags. A list that is present must have some. @throws Refusal */
function listOf<Item>(params: Params, name: string): readonly Item[] {
  const list = params[name] as readonly Item[] | undefined;
  if (list?.length === 0) throw new Refusal('InvalidParameter.Tag', `${name} is empty.`);
  if (list && list.length > MAX_TAGS)
    throw new Refusal('LimitExceeded.Quota', `${name} may hold ${MAX_TAGS} tags.`);
  return list ?? [];
}

export const TAG: Readonly<Record<string, Action>> = {
  DescribeResourceTagsByResourceIds: {
    schema: {
      ServiceType: 'string!',
      ResourcePrefix: 'string!',
      ResourceIds: 'string[]!',
      ResourceRegion: 'string!',
      Offset: 'whole',
      Limit: 'whole',
      Category: 'string',
    },
    run: describe,
  },
  ModifyResourceTags: {
    schema: {
      Resource: 'string!',
      ReplaceTags: [{ TagKey: 'string!', TagValue: 'string!', Category: 'string' }],
      DeleteTags: [{ TagKey: 'string!' }],
    },
    run: modify,
  },
};
