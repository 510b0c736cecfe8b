export { freePort } from "#local/processes/free-port.ts";
