/** A text to find statements in. Its address and title come from whoever fetched it. */
export interface Document {
  url: string;
  title: string;
  text: string;
  published: Date | null;
  /** BCP 47. */
  language?: string | null;
}
