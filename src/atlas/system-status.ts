import * as v from 'valibot';
import { lenient, lenientList, lenientString, present } from './lenient.ts';

/** What Atlas says of the one who asks. What it leaves out is absent. */
export interface SystemStatus {
  /** The address that IP access lists are held against. */
  readonly ipAddress?: string;
  /** Absent where the credential is no API key. */
  readonly apiKey?: { readonly publicKey?: string; readonly roles?: readonly AtlasRole[] };
}

/** A role in a project or in an organization, such as `GROUP_OWNER`: an open set of names. */
export interface AtlasRole {
  readonly roleName: string;
  readonly groupId?: string;
  readonly orgId?: string;
}

const roleSchema = v.pipe(
  v.object({ roleName: v.string(), groupId: lenientString, orgId: lenientString }),
  v.transform(present),
);

export const systemStatusSchema: v.GenericSchema<unknown, SystemStatus> = v.pipe(
  v.object({
    ipAddress: lenientString,
    apiKey: lenient(
      v.pipe(v.object({ publicKey: lenientString, roles: lenientList(roleSchema) }), v.transform(present)),
    ),
  }),
  v.transform(present),
);
