/** A name that facts and policies hang on; dotted names make a tree. */
export interface Tag {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly version: number;
}
