import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * Headers that keep pages of the hub to themselves. Styles may be inline, since antd writes its own; scripts may not. Mails are
 * shown in a sandboxed frame whose document inherits this policy, so that they load nothing from elsewhere.
 */
export function securityHeaders(publicUrl: string): RequestHandler {
  const { origin, protocol, host } = new URL(publicUrl);
  const secure = protocol === 'https:';
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'self'"],
        'script-src': ["'self'", origin],
        'style-src': ["'self'", "'unsafe-inline'"],
        // A mail's frame inherits this policy; what it may load before the agent asks for pictures is said by its own, stricter one.
        'img-src': ["'self'", 'data:', 'blob:', 'https:', origin],
        'font-src': ["'self'", 'data:'],
        'media-src': ["'self'", 'blob:', origin],
        'connect-src': ["'self'", origin, `${secure ? 'wss' : 'ws'}://${host}`],
        'frame-src': ["'self'"],
        'object-src': ["'none'"],
        'base-uri': ["'self'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'self'"],
      },
    },
    strictTransportSecurity: secure,
    crossOriginOpenerPolicy: secure,
    originAgentCluster: secure,
    xFrameOptions: { action: 'sameorigin' },
    referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
  });
}
