import { userInfo } from 'node:os';

/** The account that runs this, as it is noted with what operators do. */
export function actor(): string {
  try {
    return `user:${userInfo().username}`;
  } catch {
    return `user:${process.getuid?.() ?? 'unknown'}`; // in a container the account may have no name
  }
}
