/** Effects of hooks and webhooks for tests of their listeners. */
import type { HookEffect, HookPhase, Hooks, Webhook, WebhookEffect } from '../../../src/model.ts';

export function hookEffects(hooks: Hooks): HookEffect[] {
  return Object.entries(hooks).map(([phase, command]) => ({
    kind: 'hook',
    phase: phase as HookPhase,
    command,
    program: command[0]!,
  }));
}

export function webhookEffect(webhook: Webhook): WebhookEffect {
  return { kind: 'webhook', ...webhook, host: webhook.url === null ? null : new URL(webhook.url).host };
}
