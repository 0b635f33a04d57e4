/** What is asked for of each page of a list: so much time passes for each, so that a long list costs no more than a short one. */
const EACH_PAGE_MS = 1_000;

/**
 * Runs once at a time. What is called for meanwhile is run once more at its end. A run answers how many pages it read beyond
 * the first.
 */
export function inTurn(run: () => Promise<number>): () => void {
  let isRunning = false;
  let isWanted = false;
  const begin = async () => {
    isRunning = true;
    do {
      isWanted = false;
      const pages = await run().catch(() => 0); // the connection says it, and what is shown stays
      if (pages > 0) await new Promise((resolve) => setTimeout(resolve, pages * EACH_PAGE_MS));
    } while (isWanted);
    isRunning = false;
  };
  return () => {
    isWanted = true;
    if (!isRunning) void begin();
  };
}
