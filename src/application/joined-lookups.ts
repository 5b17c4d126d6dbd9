/**
 * One look-up of a thing at a time: whoever asks for it meanwhile gets the same answer, or fails with it. For look-ups that
 * cost much, and whose answer is as good for those who came a moment later.
 */
export function joinedLookups<Asked extends readonly (string | undefined)[], Answer>(
  lookUp: (...asked: Asked) => Promise<Answer>,
): (...asked: Asked) => Promise<Answer> {
  const underWay = new Map<string, Promise<Answer>>();
  return (...asked) => {
    const name = JSON.stringify(asked);
    const known = underWay.get(name);
    if (known) return known;
    const answer = lookUp(...asked).finally(() => underWay.delete(name));
    underWay.set(name, answer);
    return answer;
  };
}
