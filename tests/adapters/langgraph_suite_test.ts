/** LangGraph's own suite for checkpointers, whole, and its optional part for delta channels. */
import "./suite_globals.ts";
import {
  deltaChannelHistoryTests,
  validate,
} from "@langchain/langgraph-checkpoint-validation";
import { ContinuumSaver } from "../../client/src/adapters/langgraph/index.ts";
import { newClient } from "../client/clients.ts";
import { fresh } from "../support/http.ts";

const { client: continuum } = await newClient("owner");

const initializer = {
  checkpointerName: "ContinuumSaver",
  createCheckpointer: () =>
    new ContinuumSaver({ continuum, prefix: `${fresh("suite")}/` }),
};

validate(initializer);
deltaChannelHistoryTests(initializer);
