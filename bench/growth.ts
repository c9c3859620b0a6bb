/** How each operation grows with its conversation, and with the database around it. */
import type { Bed } from "./bed.ts";
import { ratio, rounded, type Row, type Section } from "./report.ts";
import { call } from "./requests.ts";
import { measure, type Variants } from "./rounds.ts";
import { conversationOf, settle } from "./rows.ts";

export interface Sizes {
  /** Messages of the conversations that are compared. */
  small: number;
  large: number;
  /** Messages of others in the database, in conversations of `small`. */
  others: number;
}

export async function benchGrowth(
  bed: Bed,
  rounds: number,
  { small, large, others }: Sizes,
): Promise<Section[]> {
  const few = await conversationOf(bed, small);
  await settle(bed);
  const alone = await measure(operations(bed, few), rounds);

  for (let made = 0; made < others; made += small) {
    await conversationOf(bed, small);
  }
  const many = await conversationOf(bed, large);
  await settle(bed);
  const inSmall = operations(bed, few);
  const inLarge = operations(bed, many);
  const amid = await measure({
    ...named("small", inSmall),
    ...named("large", inLarge),
  }, rounds);

  const rows = Object.keys(alone).map((what): Row => {
    const before = alone[what] ?? NaN;
    const small = amid[`small ${what}`] ?? NaN;
    const large = amid[`large ${what}`] ?? NaN;
    return {
      what,
      figures: {
        "alone, ms": rounded(before),
        "amid others, ms": rounded(small),
        "in the large one, ms": rounded(large),
        "amid others/alone": ratio(small, before),
        "large/small": ratio(large, small),
      },
    };
  });
  return [{
    title:
      `A conversation of ${small} messages alone, then amid ${
        others + large
      } ` +
      `of the same user; then one of ${large}`,
    rows,
  }];
}

function named(prefix: string, variants: Variants): Variants {
  return Object.fromEntries(
    Object.entries(variants).map(([name, run]) => [`${prefix} ${name}`, run]),
  );
}

function operations(bed: Bed, name: string): Variants {
  const history = `conversation-history/${name}`;
  return {
    "append 1 message": () =>
      call(bed, "conversation-append", {
        json: {
          continuation_id: name,
          messages: [{ role: "user", content: "Hello" }],
        },
      }),
    "page of 50 messages": () => call(bed, `${history}?limit=50`),
    "context of 3,000 tokens": () =>
      call(bed, `${history}/context?max_tokens=3000`),
    "list of 20": () => call(bed, "conversation-history"),
    "search for a phrase": () =>
      call(bed, 'conversation-history?q="word17 word30"'),
    "search for a word": () => call(bed, "conversation-history?q=word17"),
  };
}
