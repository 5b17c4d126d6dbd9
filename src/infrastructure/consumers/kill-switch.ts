export type KillSwitchOptions = {
  /** What is looked back at. */
  readonly windowMs: number;
  /** With fewer messages than that in the window nothing is concluded. */
  readonly messagesMin: number;
  /** The share that may fail, of 1. */
  readonly failuresMax: number;
  /** How long nothing is taken before one message is tried. */
  readonly probeAfterMs: number;
};

/** Whether a consumer takes messages. Opens when too many of them fail, closes with the first that does not. */
export type KillSwitch = {
  succeeded(messages: number): void;
  failed(): void;
  isOpen(): boolean;
  /** Until one may be tried; 0 also when it is closed. */
  waitMs(): number;
};

export const KILL_SWITCH: KillSwitchOptions = {
  windowMs: 60_000,
  messagesMin: 20,
  failuresMax: 0.5,
  probeAfterMs: 15_000,
};

type Slice = { readonly since: number; succeeded: number; failed: number };

const SLICES = 60;

export function openKillSwitch(options: KillSwitchOptions, now = () => performance.now()): KillSwitch {
  const { windowMs, messagesMin, failuresMax, probeAfterMs } = options;
  let slices: Slice[] = [];
  let probeAt: number | undefined; // undefined: closed

  function current(): Slice {
    const at = now();
    slices = slices.filter(({ since }) => at - since < windowMs);
    const last = slices.at(-1);
    if (last && at - last.since < windowMs / SLICES) return last;
    const slice = { since: at, succeeded: 0, failed: 0 };
    slices.push(slice);
    return slice;
  }

  return {
    succeeded: (messages) => {
      if (messages === 0) return;
      if (probeAt !== undefined) {
        probeAt = undefined;
        slices = [];
      }
      current().succeeded += messages;
    },
    failed: () => {
      current().failed++;
      const failed = slices.reduce((sum, slice) => sum + slice.failed, 0);
      const all = slices.reduce((sum, slice) => sum + slice.succeeded, failed);
      const tooMany = all >= messagesMin && failed / all > failuresMax;
      if (probeAt !== undefined || tooMany) probeAt = now() + probeAfterMs;
    },
    isOpen: () => probeAt !== undefined,
    waitMs: () => (probeAt === undefined ? 0 : Math.max(0, probeAt - now())),
  };
}
