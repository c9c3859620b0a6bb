/** Starts the console. */
import { App } from "./app.tsx";
import { render } from "./lib/preact.ts";
import { watchRoute } from "./lib/router.ts";
import { applyTheme } from "./lib/theme.ts";
import { watchSession } from "./project/session.ts";

applyTheme();
watchRoute();
watchSession();
render(<App />, document.getElementById("app")!);
