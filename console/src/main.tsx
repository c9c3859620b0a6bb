import { render } from "./lib/preact.ts";

render(<p>Continuum</p>, document.getElementById("app")!);
