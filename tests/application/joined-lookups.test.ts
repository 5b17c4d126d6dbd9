import { describe, expect, it } from 'vitest';
import { joinedLookups } from '../../src/application/joined-lookups.ts';

function open() {
  const asked: string[] = [];
  const waiting: { resolve(answer: string): void; reject(fault: Error): void }[] = [];
  const lookUp = joinedLookups((tenant: string, at?: string) => {
    asked.push(`${tenant} at ${at ?? 'now'}`);
    return new Promise<string>((resolve, reject) => {
      waiting.push({ resolve, reject });
    });
  });
  return { asked, waiting, lookUp };
}

describe('those who ask for the same at once', () => {
  it('get one answer; those who ask for another thing, or later, one of their own', async () => {
    const { asked, waiting, lookUp } = open();
    const answers = [lookUp('a'), lookUp('a'), lookUp('a', 'noon'), lookUp('b')];
    expect(asked).toEqual(['a at now', 'a at noon', 'b at now']);
    waiting.forEach(({ resolve }, index) => resolve(`answer ${index}`));
    expect(await Promise.all(answers)).toEqual(['answer 0', 'answer 0', 'answer 1', 'answer 2']);
    const later = lookUp('a');
    waiting.at(-1)!.resolve('later');
    expect(await later).toBe('later');
  });

  it('fail together, and nobody after them', async () => {
    const { waiting, lookUp } = open();
    const answers = [lookUp('a'), lookUp('a')];
    waiting[0]!.reject(new Error('away'));
    for (const { status } of await Promise.allSettled(answers)) expect(status).toBe('rejected');
    const later = lookUp('a');
    waiting[1]!.resolve('back');
    expect(await later).toBe('back');
  });
});
