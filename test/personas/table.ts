import { access } from "./table/access.ts";
import { catalog } from "./table/catalog.ts";
import { operations } from "./table/operations.ts";
import { people } from "./table/people.ts";
import { talk } from "./table/talk.ts";
import { parseTable } from "./parse-table.ts";

/**
 * Who is answered what: every route, by what it is about, for everybody (`personas.ts` says who they are). A new route needs
 * a row here, what it is sent in `requests.ts` if it takes a body, and, if it is about something new, that in `resources.ts`.
 * What is expected comes from docs/access.md, never from what is answered.
 */
export const table = [people, catalog, talk, access, operations].flatMap(parseTable);
