/** What is used of html-to-text, which comes without types. */
declare module 'html-to-text' {
  interface HtmlNode {
    /** `tag`, `text`, `comment`, `style`, `script` … */
    readonly type: string;
    readonly name?: string;
    readonly data?: string;
    readonly attribs?: Readonly<Record<string, string>>;
    readonly children?: readonly HtmlNode[];
    readonly prev?: HtmlNode | null;
  }

  interface TableCell {
    readonly text: string;
  }

  interface TextBuilder {
    readonly options: { readonly formatters: Readonly<Record<string, Formatter>> };
    /** @param options `noWordTransform`: it stays as it is */
    addInline(text: string, options?: { noWordTransform?: boolean }): void;
    pushWordTransform(transform: (word: string) => string): void;
    popWordTransform(): void;
    openBlock(options: { leadingLineBreaks: number }): void;
    closeBlock(options: { trailingLineBreaks: number; blockTransform?: (text: string) => string }): void;
    openTable(): void;
    openTableRow(): void;
    openTableCell(): void;
    closeTableCell(): void;
    closeTableRow(): void;
    closeTable(options: {
      tableToString: (rows: readonly (readonly TableCell[])[]) => string;
      leadingLineBreaks: number;
      trailingLineBreaks: number;
    }): void;
  }

  type Walk = (nodes: readonly HtmlNode[] | undefined, builder: TextBuilder) => void;
  type FormatOptions = Readonly<Record<string, unknown>>;
  type Formatter = (element: HtmlNode, walk: Walk, builder: TextBuilder, options: FormatOptions) => void;

  interface Selector {
    readonly selector: string;
    readonly format: string;
    readonly options?: FormatOptions;
  }

  interface Options {
    readonly wordwrap?: number | false;
    readonly whitespaceCharacters?: string;
    readonly baseElements?: { readonly selectors: readonly string[] };
    readonly encodeCharacters?: (word: string) => string;
    readonly formatters?: Readonly<Record<string, Formatter>>;
    readonly limits?: { readonly maxDepth?: number };
    readonly selectors?: readonly Selector[];
  }

  /** A converter for many texts. It throws what its formatters throw, and `RangeError` where elements stand too deep in each other. */
  export function compile(options: Options): (html: string) => string;
}
