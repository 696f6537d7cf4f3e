import { Validations, type App } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'

/** Checks the templates for what AWS advises against. CDK's own validator is switched on in `cdk.json`. */
export function addValidators(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
}
