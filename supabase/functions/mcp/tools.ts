/** Every tool, in the order in which clients list them. */
import { append } from "./tools/append.ts";
import { context } from "./tools/context.ts";
import { fileRead } from "./tools/file_read.ts";
import { fileWrite } from "./tools/file_write.ts";
import { fork } from "./tools/fork.ts";
import { list } from "./tools/list.ts";
import { read } from "./tools/read.ts";
import { search } from "./tools/search.ts";

export const tools = [
  append,
  context,
  read,
  search,
  list,
  fork,
  fileRead,
  fileWrite,
];
