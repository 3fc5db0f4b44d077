/**
 * The actions of the STS product: identity and temporary keys. Source: docs/provider.md P180 to P182, P185 and P186.
 * P186 lists no error codes, so the codes are the commonly known ones.
 */

import { type IssuedKeys, issueKeys } from '../world/temporary-keys.ts';
import { accountOf, type World } from '../world/world.ts';
import type { Action, Call } from './action.ts';
import { Refusal } from './refusal.ts';

const DEFAULT_SECONDS = 7200;
const MAX_SECONDS = 43_200;
const ROLE_ARN = /^qcs::cam::uin\/(\d+):roleName\/([\w+=,.@-]{1,128})$/;
const SESSION_NAME = /^[\w+=,.@:-]{2,128}$/;

function assumeRole(world: World, { params, identity, now }: Call): IssuedKeys {
  const [, uin, role] = ROLE_ARN.exec(params.RoleArn as string) ?? [];
  const name = params.RoleSessionName as string;
  if (uin === undefined || role === undefined)
    throw wrongParam('RoleArn is qcs::cam::uin/<number>:roleName/<name>.');
  if (!SESSION_NAME.test(name)) throw wrongParam('RoleSessionName has 2 to 128 letters, digits or +=,.@_-.');
  const seconds = (params.DurationSeconds as number | undefined) ?? DEFAULT_SECONDS;
  if (seconds < 1 || seconds > MAX_SECONDS)
    throw new Refusal('InvalidParameter.OverTimeError', `DurationSeconds is at most ${MAX_SECONDS}.`);
  const account = [...world.accounts.values()].find((one) => one.uin === uin);
  // Every role name exists, unless the account lists its roles.
  if (!account || (account.roles !== null && !Object.hasOwn(account.roles, role)))
    throw new Refusal('ResourceNotFound.RoleNotFound', `There is no role ${role} of ${uin}.`);
  return issueKeys(world, { account, role, name, askedBy: identity.uin, seconds }, now);
}

function wrongParam(message: string): Refusal {
  return new Refusal('InvalidParameter.ParamError', message);
}

export const STS: Readonly<Record<string, Action>> = {
  GetCallerIdentity: {
    schema: {},
    run(world, { identity }) {
      const owner = accountOf(world, identity).uin;
      const { uin, session } = identity;
      return {
        Arn: session ? `qcs::sts:${owner}:assumed-role/${uin}` : `qcs::cam::uin/${owner}:uin/${uin}`,
        AccountId: owner,
        UserId: session ? `${uin}:${session.name}` : uin,
        PrincipalId: session?.askedBy ?? uin,
        Type: session ? 'CAMRole' : 'CAMUser',
      };
    },
  },
  AssumeRole: {
    schema: {
      RoleArn: 'string!',
      RoleSessionName: 'string!',
      DurationSeconds: 'whole',
      Policy: 'string',
      ExternalId: 'string',
      Tags: [{ Key: 'string!', Value: 'string!' }],
      SourceIdentity: 'string',
      SerialNumber: 'string',
      TokenCode: 'string',
    },
    run: (world, call) => ({ ...assumeRole(world, call) }),
  },
  AssumeRoleWithWebIdentity: {
    schema: {
      ProviderId: 'string!',
      WebIdentityToken: 'string!',
      RoleArn: 'string!',
      RoleSessionName: 'string!',
      DurationSeconds: 'integer',
    },
    run(world, call) {
      if (call.params.WebIdentityToken === '' || call.params.ProviderId === '')
        throw wrongParam('ProviderId and WebIdentityToken may not be empty.');
      return { ...assumeRole(world, call) };
    },
  },
};
