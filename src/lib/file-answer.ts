/** A file that is made when it is asked for, never from a cache. `type` is the whole `content-type`; with a `name` it is offered as a download. */
export const fileAnswer = (body: string | ReadableStream, type: string, name?: string): Response =>
  new Response(body, {
    headers: {
      "content-type": type,
      "cache-control": "no-store",
      ...(name !== undefined && { "content-disposition": `attachment; filename="${name}"` }),
    },
  });

export const CSV = "text/csv; charset=utf-8";
