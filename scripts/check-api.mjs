// Fails when the public API is not what api/cdk8s-maas.api.md says; quiet otherwise.
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const config = ExtractorConfig.loadFileAndPrepare('api-extractor.json');
const result = Extractor.invoke(config, {
  localBuild: false,
  messageCallback: (message) => {
    message.handled = message.logLevel !== 'error';
  },
});
if (!result.succeeded) {
  console.error('the public API differs from api/cdk8s-maas.api.md: run npm run api, read the difference, commit it');
  process.exitCode = 1;
}
