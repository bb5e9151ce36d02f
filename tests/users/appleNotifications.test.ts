import { describe, expect, test } from '@jest/globals';
import { handleAppleNotification } from '../../subgraphs/users/apple.ts';
import { identify } from '../../subgraphs/users/identity.ts';
import { apple, beginApple, graph, person, row, stranger } from './appleGraph.ts';

beginApple();

describe('a notification from Apple', () => {
  const notify = async (type: string, sub: string, at = graph.clock.now()) =>
    handleAppleNotification(
      graph.platform,
      await apple.token({ sub: undefined, events: JSON.stringify({ type, sub, event_time: at.getTime() }) }),
    );

  test('of withdrawn consent ends the sessions until then; a duplicate does not end later ones', async () => {
    const first = await person({ sub: 'leaver' });
    graph.clock.advance(1_000);
    const at = graph.clock.now();
    expect(await notify('consent-revoked', 'leaver', at)).toBe(true);
    await expect(identify(graph.platform, first.accessToken)).rejects.toThrow('ended');
    graph.clock.advance(1_000);
    const second = await person({ sub: 'leaver' });
    expect(second.user.id).toBe(first.user.id);
    expect(await notify('consent-revoked', 'leaver', at)).toBe(true);
    expect((await identify(graph.platform, second.accessToken)).viewer.userId).toBe(first.user.id);
  });

  test('of a deleted Apple account schedules the deletion here, in 14 days, once', async () => {
    const { user, accessToken } = await person({ sub: 'deleter' });
    graph.clock.advance(1_000);
    const at = graph.clock.now();
    expect(await notify('account-delete', 'deleter', at)).toBe(true);
    await expect(identify(graph.platform, accessToken)).rejects.toThrow('ended');
    const scheduled = await row(user.id);
    expect(scheduled).toMatchObject({
      deletionRequestedAt: at,
      deletionScheduledAt: new Date(at.getTime() + 14 * 86_400_000),
    });
    const told = { userId: user.id, type: 'user.deletionScheduled' };
    expect(await graph.db.event.count({ where: told })).toBe(1);
    const entries = await graph.db.auditEntry.findMany({ where: { userId: user.id, action: 'deletion.scheduled' } });
    expect(entries).toMatchObject([{ actorKind: 'system', actorId: 'apple' }]);
    graph.clock.advance(86_400_000);
    expect(await notify('account-delete', 'deleter', at)).toBe(true);
    expect(await row(user.id)).toEqual(scheduled);
    expect(await graph.db.event.count({ where: told })).toBe(1);

    // Whoever signed in since and kept the account keeps it, though Apple says it again.
    const later = await person({ sub: 'deleter' });
    const { viewer } = await identify(graph.platform, later.accessToken);
    await graph.as(viewer).data('mutation { cancelAccountDeletion { errors { code } } }');
    expect(await notify('account-delete', 'deleter', at)).toBe(true);
    expect((await row(user.id)).deletionScheduledAt).toBeNull();
  });

  test('of forwarding switched off and on is noted', async () => {
    await person({ sub: 'relay', email: 'x@privaterelay.appleid.com', is_private_email: 'true' });
    const account = () => graph.db.appleAccount.findUniqueOrThrow({ where: { sub: 'relay' } });
    expect(await account()).toMatchObject({ isPrivateEmail: true, emailEnabled: true });
    await notify('email-disabled', 'relay');
    expect((await account()).emailEnabled).toBe(false);
    await notify('email-enabled', 'relay');
    expect((await account()).emailEnabled).toBe(true);
  });

  test('that Apple did not sign is refused; unknown people and kinds are not an error', async () => {
    expect(
      await handleAppleNotification(
        graph.platform,
        await apple.token({ events: '{}' }, { kid: apple.key.kid }, stranger),
      ),
    ).toBe(false);
    expect(await notify('account-delete', 'nobody')).toBe(true);
    expect(await notify('something-new', 'relay')).toBe(true);
    expect(await handleAppleNotification(graph.platform, await apple.token({ events: 'no json' }))).toBe(true);
  });
});
