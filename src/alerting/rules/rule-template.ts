import { FunctionInterrupt } from '../template/template-functions';
import { type ExpandableTemplate, TemplateSet } from '../template/template-set';
import { TemplateError } from '../template/template-error';
import { TemplateMap } from '../template/template-values';
import { ruleFunctions, type TemplateSample } from './rule-functions';

/** So that `$labels` and its like are known to every template, on its first line. */
const DEFINITIONS =
  '{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}';

/** Queries that the templates of one alert may ask. */
const MAX_QUERIES = 50;

/** What templates know besides the alert. */
export interface RuleTemplateSurroundings {
  readonly externalLabels: Readonly<Record<string, string>>;
  /** Where this service can be reached by people; '' where that is not known. */
  readonly externalUrl: string;
}

/** Answers the queries of templates, as of the time of the evaluation. */
export type TemplateQuery = (expr: string) => Promise<readonly TemplateSample[]>;

/** A query whose answer is not there yet. */
class PendingQuery extends FunctionInterrupt {
  constructor(readonly expr: string) {
    super(expr);
  }
}

/** The answers that queries of templates got in one evaluation of a rule. */
export type TemplateAnswers = Map<string, readonly TemplateSample[]>;

/**
 * The templates of rules. Execution is synchronous: at a query whose answer is not there it ends, the query is asked,
 * and it begins again.
 */
export class RuleTemplates {
  private readonly set: TemplateSet;
  private readonly data: { readonly ExternalLabels: TemplateMap; readonly ExternalURL: string };
  private answers: TemplateAnswers = new Map();

  constructor({ externalLabels, externalUrl }: RuleTemplateSurroundings) {
    this.data = { ExternalLabels: new TemplateMap(Object.entries(externalLabels)), ExternalURL: externalUrl };
    const query = (expr: string) => {
      const answer = this.answers.get(expr);
      if (answer === undefined) throw new PendingQuery(expr);
      return answer;
    };
    this.set = new TemplateSet(ruleFunctions({ query, externalUrl }));
  }

  /** @throws TemplateError */
  parse(ruleName: string, text: string): ExpandableTemplate {
    // Most are plain texts, and need no run.
    if (!text.includes('{{')) return { expand: () => text };
    return this.set.parse(`__alert_${ruleName}`, DEFINITIONS + text);
  }

  /**
   * The text of a template for one alert; where it fails the text says so, as in Prometheus.
   * @param answers filled with the answers of queries, for the other templates of this evaluation
   */
  async expand(
    template: ExpandableTemplate,
    labels: TemplateMap,
    value: number,
    answers: TemplateAnswers,
    ask: TemplateQuery,
  ): Promise<string> {
    const data = { ...this.data, Labels: labels, Value: value };
    for (let asked = 0; ; asked++) {
      try {
        this.answers = answers;
        return template.expand(data);
      } catch (error) {
        if (!(error instanceof PendingQuery)) return `<error expanding template: ${(error as Error).message}>`;
        if (asked >= MAX_QUERIES) return `<error expanding template: it asks more than ${MAX_QUERIES} queries>`;
        try {
          answers.set(error.expr, await ask(error.expr));
        } catch (failure) {
          return `<error expanding template: error calling query: ${(failure as Error).message}>`;
        }
      }
    }
  }
}

const CHECKED = new RuleTemplates({ externalLabels: {}, externalUrl: '' });

/** Why a text of a rule is no template; `undefined` when it is one. */
export function checkRuleTemplate(ruleName: string, text: string): string | undefined {
  try {
    CHECKED.parse(ruleName, text);
    return undefined;
  } catch (error) {
    if (error instanceof TemplateError) return error.message;
    throw error;
  }
}
