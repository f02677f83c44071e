import { inheritedEnvironment } from '@rapport/test-kit/config';
import { makeKeycloakTemplate } from '@rapport/test-kit/servers/keycloak-template';

await makeKeycloakTemplate(inheritedEnvironment());
