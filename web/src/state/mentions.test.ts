import { expect, test } from "vitest";
import { mentions } from "./mentions";

// The same texts as in src/domain/text.rs, where the server reads them.
test.each(["@gem hi", "hi @GEM.", "(@gem)", "so, @gem, what?", "@gem", "@ada @gem", "@gem..."])(
  "%j calls gem",
  (text) => {
    expect(mentions(text, "gem")).toBe(true);
  },
);

test.each(["gem", "mail@gem", "é@gem", "@gemma", "@gem-ini", "@ gem", "x.@gem", ""])(
  "%j does not",
  (text) => {
    expect(mentions(text, "gem")).toBe(false);
  },
);
