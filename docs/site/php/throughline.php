<?php
// Подписанные вызовы шлюза и проверка его вебхуков: PHP 7.4+, без библиотек. Standard Webhooks: HMAC-SHA256 над `id.timestamp.тело`.

const TOLERANCE_SECONDS = 300;

function signature(string $id, string $timestamp, string $body): string
{
    $secret = getenv('SITE_SECRET'); // whsec_… подключения сайта; только на сервере
    $key = base64_decode(preg_replace('/^whsec_/', '', $secret));
    return base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
}

/** Один вызов: подписывается ровно тот текст, который уходит. Ответ — [статус, тело]; у отказа `$body['reason']` говорит, почему. */
function call(string $method, string $path, ?array $content = null, array $headers = []): array
{
    $body = $content === null ? '' : json_encode($content, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
    $id = 'msg_' . bin2hex(random_bytes(16)); // у каждого вызова свой: повторённый id шлюз не примет
    $timestamp = (string) time();
    $all = array_merge([
        'content-type: application/json',
        "webhook-id: $id",
        "webhook-timestamp: $timestamp",
        'webhook-signature: v1,' . signature($id, $timestamp, $body),
    ], $headers);
    $context = stream_context_create(['http' => [
        'method' => $method,
        'header' => implode("\r\n", $all),
        'content' => $body,
        'timeout' => 10,
        'ignore_errors' => true, // отказ — тоже ответ
        'follow_location' => 0,
    ]]);
    $reply = fopen(getenv('GATEWAY_URL') . $path, 'rb', false, $context);
    if ($reply === false) {
        throw new RuntimeException('шлюз не ответил');
    }
    // Столько, сколько обещано: до конца соединения PHP ждал бы секунды.
    preg_match('/^content-length: *(\d+)/im', implode("\n", $http_response_header), $length);
    $answer = stream_get_contents($reply, (int) ($length[1] ?? -1));
    preg_match('/^HTTP\/\S+ (\d+)/', $http_response_header[0], $status);
    return [(int) $status[1], json_decode($answer, true)];
}

/** Наш ли это вебхук. `$body` — тело, как оно пришло (php://input). Несколько подписей через пробел — секрет меняют. */
function is_from_gateway(array $server, string $body): bool
{
    $id = $server['HTTP_WEBHOOK_ID'] ?? '';
    $timestamp = $server['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
    if ($id === '' || !ctype_digit($timestamp) || abs(time() - (int) $timestamp) > TOLERANCE_SECONDS) {
        return false;
    }
    $expected = 'v1,' . signature($id, $timestamp, $body);
    foreach (explode(' ', $server['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $given) {
        if (hash_equals($expected, $given)) {
            return true;
        }
    }
    return false;
}
