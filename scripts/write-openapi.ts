import { writeFileSync } from "node:fs";
import { openapiDocument } from "./openapi-document.ts";

writeFileSync(new URL("../openapi.json", import.meta.url), openapiDocument());
