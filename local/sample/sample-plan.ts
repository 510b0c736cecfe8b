import type { Relation } from "#core/ports/remote.ts";

/** The warehouse's database. */
export const databaseName = "warehouse";

/** The view that breaks after it was registered. */
export const troubled: Relation = { schema: "crm", name: "recent_signups" };

/** The tags that the sample brings along; those above them in the tree are made with them. */
export const sampleTags = [
  { name: "PII.Email", description: "An address that reaches one person." },
  { name: "PII.Name", description: "The name of a person." },
  { name: "PII.Phone", description: "A number that reaches one person." },
  { name: "PII.Birth date", description: "When a person was born." },
  { name: "PII.National ID", description: "A number that a state gives to one person." },
  { name: "Finance.Salary", description: "What a person is paid." },
] as const;

type TagName = (typeof sampleTags)[number]["name"];
type Tagged = Readonly<Record<string, TagName>>;

/** Which columns carry which tag, by schema and table. */
const tagsByTable: Readonly<Record<string, Tagged>> = {
  "sales.customers": { full_name: "PII.Name", email: "PII.Email", phone: "PII.Phone" },
  "crm.contacts": { first_name: "PII.Name", last_name: "PII.Name", email: "PII.Email", mobile: "PII.Phone" },
  "crm.leads": { contact_email: "PII.Email" },
  "crm.imported_contacts": { email: "PII.Email" },
  "hr.employees": {
    full_name: "PII.Name",
    work_email: "PII.Email",
    birth_date: "PII.Birth date",
    ssn: "PII.National ID",
    salary: "Finance.Salary",
  },
  "hr.salary_history": { salary: "Finance.Salary" },
  "hr.applicants": { full_name: "PII.Name", email: "PII.Email", expected_salary: "Finance.Salary" },
};

/** The changes that put the sample's tags on the columns of a table. */
export const columnTags = (schema: string, table: string) =>
  Object.entries(tagsByTable[`${schema}.${table}`] ?? {}).map(([column, tag]) => ({
    column,
    addTags: [tag],
  }));
