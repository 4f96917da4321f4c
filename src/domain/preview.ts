/** Link previews and robots: they get the redirect and count nothing. Only what names itself counts; a human's browser inside Telegram, VK or
 *  Instagram does not match, nor do plain HTTP clients. CUBOT is a phone. */
const PREVIEW =
  /(?<!cu)bot\b|\/bots\b|crawl|spider|vkshare|^whatsapp(\/|$)|^viber\/|facebookexternalhit|facebookcatalog|meta-external|skypeuripreview|embedly|iframely|slack-imgproxy|slackbot|mail\.ru_bot|odklbot|yadirectfetcher|yandex(images|metrika|favicons|accessibility|screenshot|pagechecker)|google-inspectiontool|googleother|mediapartners-google|feedfetcher|googleimageproxy|slurp|statuscake|google-read-aloud|chrome-lighthouse|headlesschrome|bingpreview|(link|url).?preview|metainspector|pinterest\/0|ia_archiver|megaindex|bytespider|^max(bot|preview)/i;

/** No user agent is no robot: servers and privacy tools send none, and a real click must not be lost. */
export const isPreview = (userAgent: string | null): boolean => userAgent !== null && PREVIEW.test(userAgent);
