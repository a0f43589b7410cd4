/**
 * How many times as much CPU time a ten times larger input takes: ten where time grows with size, a hundred where with its
 * square. The least of three runs each, so that a busy machine matters little.
 */
export function growth(size: number, run: (size: number) => void): number {
  return leastTime(() => run(size * 10)) / leastTime(() => run(size));
}

function leastTime(run: () => void): number {
  const times = [1, 2, 3].map(() => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  });
  return Math.min(...times);
}
