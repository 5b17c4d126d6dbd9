/** Does the work a while after it was first asked for, never twice at once, and once more for what it was asked meanwhile. */
export function soon(work: () => Promise<void>, afterMs: number, signal: AbortSignal): () => void {
  let isWanted = false;
  let isUnderWay = false;
  const run = async (): Promise<void> => {
    while (isWanted) {
      await pause(afterMs);
      if (signal.aborted) return;
      isWanted = false;
      await work();
    }
    isUnderWay = false;
  };
  return () => {
    isWanted = true;
    if (isUnderWay) return;
    isUnderWay = true;
    void run();
  };
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
