import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

// A page that is fetched when it is wanted takes longer than a second on a busy machine.
configure({ asyncUtilTimeout: 10_000 });

afterEach(cleanup);
