import * as z from "zod";
import { resourceId } from "../../../ids.ts";

/** The path of everything about one data source. */
export const dataSourceParams = z.object({ dataSourceId: resourceId });

/** Who may call, in the words of the API's description. */
export const members = "members of the data source, GOVERNANCE";
export const curators = "owners and experts of the data source";
export const owners = "owners of the data source";
