/** Starts the console. */
import { App } from "./app.tsx";
import { render } from "./lib/preact.ts";
import { watchPolicy } from "./lib/policy.ts";
import { watchRoute } from "./lib/router.ts";
import { applyTheme } from "./lib/theme.ts";
import { watchSession } from "./project/session.ts";

watchPolicy();
applyTheme();
watchRoute();
watchSession();
render(<App />, document.getElementById("app")!);
