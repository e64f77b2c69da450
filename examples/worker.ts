// deno-lint-ignore-file no-console -- an example prints what it found
/** A worker of worker_pool.ts: sums the numbers up to the one it is given. */
import { jsonLines, parentChannel } from "@basic-pipes/basic-pipes";

await parentChannel(jsonLines()).serve({
  sum([last]: [number]): number {
    let sum = 0;
    for (let n = 1; n <= last; n++) sum += n;
    console.log("a print does not break the channel");
    return sum;
  },
});
