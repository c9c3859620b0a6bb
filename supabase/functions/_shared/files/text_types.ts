/** Knows the media type of a text by the extension of its name. */

/** Media types with their extensions. Text with any other extension is `text/plain`. */
const EXTENSIONS: Record<string, string> = {
  "text/css": "css",
  "text/csv": "csv",
  "text/calendar": "ics ifb",
  "text/html": "html htm xhtml",
  "text/javascript": "js mjs cjs",
  "text/json": "json json5 jsonc jsonl ndjson geojson ipynb map webmanifest",
  "text/jsx": "jsx",
  "text/markdown": "md markdown mdx mkd",
  "text/rtf": "rtf",
  "text/tab-separated-values": "tsv",
  "text/troff": "man roff",
  "text/typescript": "ts mts cts",
  "text/tsx": "tsx",
  "text/vcard": "vcf vcard",
  "text/vtt": "vtt",
  "text/x-asm": "asm s",
  "text/x-c": "c h",
  "text/x-c++": "cc cpp cxx hh hpp hxx",
  "text/x-csharp": "cs",
  "text/x-clojure": "clj cljs edn",
  "text/x-dart": "dart",
  "text/x-diff": "diff patch",
  "text/x-elixir": "ex exs",
  "text/x-erlang": "erl hrl",
  "text/x-go": "go",
  "text/x-graphql": "graphql gql",
  "text/x-haskell": "hs",
  "text/x-ini": "ini cfg conf properties editorconfig",
  "text/x-java-source": "java",
  "text/x-kotlin": "kt kts",
  "text/x-latex": "tex sty cls",
  "text/x-less": "less",
  "text/x-log": "log",
  "text/x-lua": "lua",
  "text/x-nix": "nix",
  "text/x-perl": "pl pm",
  "text/x-php": "php",
  "text/x-protobuf": "proto",
  "text/x-python": "py pyi pyw",
  "text/x-r": "r rmd",
  "text/x-rst": "rst",
  "text/x-ruby": "rb gemspec rake",
  "text/x-rust": "rs",
  "text/x-sass": "sass",
  "text/x-scala": "scala sc",
  "text/x-scss": "scss",
  "text/x-shellscript": "sh bash zsh fish ksh",
  "text/x-sql": "sql",
  "text/x-svelte": "svelte",
  "text/x-swift": "swift",
  "text/x-terraform": "tf tfvars hcl",
  "text/x-toml": "toml",
  "text/x-vue": "vue",
  "text/x-zig": "zig",
  "text/xml": "xml xsd xsl xslt rss atom plist wsdl csproj",
  "text/yaml": "yaml yml",
};

const BY_EXTENSION = new Map(
  Object.entries(EXTENSIONS).flatMap(([type, extensions]) =>
    extensions.split(" ").map((extension) => [extension, type] as const)
  ),
);

/** The part of a name after its last dot, in lower case; empty if there is no dot. */
export function extensionOf(name: string): string {
  return /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
}

/** The media type of a text with this name; undefined if its extension is not known. */
export function textTypeOf(name: string): string | undefined {
  return BY_EXTENSION.get(extensionOf(name));
}
