/* Hands files of numbers to the reference reader: a line of JSON in, a line of JSON out. */
import { createInterface } from "node:readline";

import { NumbersFile } from "../../docs/readers/snapshot_reader.mjs";

for await (const line of createInterface({ input: process.stdin })) {
  const { file, asked } = JSON.parse(line);
  let answer;
  try {
    const numbers = new NumbersFile(new Uint8Array(Buffer.from(file, "base64")));
    answer = { listed: asked.map((number) => numbers.has(number)), all: [...numbers] };
  } catch (wrong) {
    answer = { damaged: wrong.name === "Damaged", message: String(wrong.message) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
