/** The files of a developer's disk, small: texts of many kinds, images and PDFs. */
import { PNG } from "../uploading.ts";

export interface Sample {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
  kind: "text" | "image" | "pdf";
}

/** Names of texts in UTF-8, whatever the tables of systems say of their extensions. */
const TEXTS = `
  main.ts mod.mts index.js app.mjs old.cjs view.jsx view.tsx page.vue page.svelte style.css style.scss style.less
  main.py stub.pyi main.rs main.go main.c main.h main.cpp main.hpp Main.java Main.kt build.gradle.kts main.swift
  main.rb main.php main.pl main.lua main.r main.jl main.ex main.erl main.hs main.clj main.scala main.dart main.zig
  main.cs main.fs main.vb main.m main.sql dump.pgsql schema.graphql api.proto run.sh run.bash run.zsh run.fish
  run.bat run.ps1 package.json tsconfig.jsonc data.jsonl data.ndjson map.geojson notebook.ipynb bundle.js.map
  config.yaml config.yml config.toml config.ini config.cfg nginx.conf app.properties .env.example .gitignore
  .editorconfig Makefile Dockerfile LICENSE README CMakeLists.txt go.mod go.sum Cargo.lock yarn.lock
  README.md notes.mdx guide.rst paper.tex refs.bib page.html page.xhtml feed.rss doc.xml sheet.xsl app.plist
  table.csv table.tsv log.log change.diff change.patch cal.ics card.vcf subs.srt subs.vtt key.pem key.pub
  main.tf vars.tfvars flake.nix query.rq model.puml graph.dot sketch.ino shader.glsl kernel.cu core.asm
  template.hbs page.ejs page.erb page.jinja2 script.user.js types.d.ts core.ml core.elm core.nim list.m3u mesh.obj
`.trim().split(/\s+/);

/** Names that clients have to escape or encode in a header. */
const ODD_NAMES = [
  "größe.txt",
  "gro\u0308ße decomposed.txt",
  "日本語.md",
  "emoji 👩‍👩‍👧.txt",
  'a"b.txt',
  "100%.txt",
  "#1 notes.md",
  "my file.txt",
  "a;b=c.txt",
  "it's (1) [copy] {2} & more.txt",
  "a,b.csv",
];

/** Beginnings that resemble another format, or that must not be changed. */
const BEGINNINGS = [
  "#!/usr/bin/env bash\n",
  "\ufeffwith a mark\r\n",
  "<?xml version='1.0'?>\n<root/>\n",
  '{"a": 1.0, "a": 1e400}\n',
  "-----BEGIN CERTIFICATE-----\n",
  "solid state\n",
  "BMI, MZ and ID3\n",
  "trailing spaces  \t\n\n\n",
  "größe 日本 👩‍👩‍👧\n",
  "\x1b[31mred\x1b[0m\n",
];

const encoder = new TextEncoder();

const latin1 = (text: string) =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));

const utf16 = (text: string) =>
  new Uint8Array(
    Uint16Array.from(text, (character) => character.charCodeAt(0)).buffer,
  );

/** A corpus whose bytes no other call has: an owner's files of the same bytes and name would be one file. */
export function corpus(): Sample[] {
  const mark = () => crypto.randomUUID();
  const binary = (head: string) => latin1(`${head}${mark()}\0\x01\x02\xff\xfe`);
  const text = (name: string, bytes: Uint8Array<ArrayBuffer>): Sample => ({
    name,
    bytes,
    kind: "text",
  });
  const image = (name: string, bytes: Uint8Array<ArrayBuffer>): Sample => ({
    name,
    bytes,
    kind: "image",
  });
  return [
    ...[...TEXTS, ...ODD_NAMES].map((name, index) =>
      text(
        name,
        encoder.encode(`${BEGINNINGS[index % BEGINNINGS.length]}${mark()}\n`),
      )
    ),
    text("export.reg", utf16(`\ufeffWindows Registry ${mark()}`)),
    text("latin1.txt", latin1(`caf\xe9 ${mark()}`)),
    text("notes.rtf", encoder.encode(`{\\rtf1\\ansi ${mark()}}`)),
    image("logo.svg", encoder.encode(`<!-- ${mark()} --><svg/>`)),
    image("dot.png", new Uint8Array([...PNG, ...latin1(mark())])),
    image("anim.gif", binary("GIF89a\x01\0\x01\0")),
    image("photo.jpg", binary("\xff\xd8\xff\xe0\0\x10JFIF\0")),
    image("photo.heic", binary("\0\0\0\x18ftypmif1\0\0\0\0mif1heic")),
    image("photo.avif", binary("\0\0\0\x18ftypavif\0\0\0\0avifmif1")),
    image("scan.tiff", binary("II*\0\xff\xff\xff\x0f")),
    image("icon.webp", binary("RIFF\x24\0\0\0WEBPVP8 ")),
    image("favicon.ico", binary("\0\0\x01\0\x01\0\x10\x10\0\0\x01\0")),
    { name: "paper.pdf", bytes: binary("%PDF-1.7\n%\xe2\xe3\n"), kind: "pdf" },
    {
      name: "mailed.pdf",
      bytes: binary("\r\n\r\n%PDF-1.4\n%\xe2\xe3\n"),
      kind: "pdf",
    },
  ];
}

/** A fifth of the samples and all with odd names, or every one with CORPUS=all: for clients that differ in little. */
export function someOf(samples: Sample[]): Sample[] {
  return samples.filter(({ name }, index) =>
    index % 5 === 0 || /[^\w.-]/.test(name) ||
    Deno.env.get("CORPUS") === "all"
  );
}

/** How many requests of one client are under way at once. */
const AT_ONCE = 4;

/** Sends each of `all` and keeps the order of the results. */
export async function eachOf<T>(
  all: T[],
  send: (one: T) => Promise<unknown>,
): Promise<unknown[]> {
  const results: unknown[] = [];
  const waiting = all.entries();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (const [index, one] of waiting) results[index] = await send(one);
  }));
  return results;
}

/** Sends samples ten at a time, which is what a form may have; `send` resolves to the results of one form. */
export async function eachTen(
  samples: Sample[],
  send: (group: Sample[]) => Promise<unknown[]>,
): Promise<unknown[]> {
  return (await eachOf(tens(samples), send)).flat();
}

/** Groups of ten. */
export function tens<T>(all: T[]): T[][] {
  return Array.from(
    { length: Math.ceil(all.length / 10) },
    (_, index) => all.slice(index * 10, index * 10 + 10),
  );
}

/** What a person expects of names whose extension systems know under other types. */
export const EXPECTED_TYPES: Record<string, string> = {
  "main.ts": "text/typescript",
  "types.d.ts": "text/typescript",
  "mod.mts": "text/typescript",
  "package.json": "text/json",
  "config.toml": "text/x-toml",
  "config.yaml": "text/yaml",
  "run.sh": "text/x-shellscript",
  "main.sql": "text/x-sql",
  "go.mod": "text/plain",
  "core.nim": "text/plain",
  "notes.mdx": "text/markdown",
  "page.xhtml": "text/html",
  "logo.svg": "image/svg+xml",
  "dot.png": "image/png",
  "anim.gif": "image/gif",
  "photo.jpg": "image/jpeg",
  "photo.avif": "image/avif",
  "scan.tiff": "image/tiff",
  "icon.webp": "image/webp",
};
