<?php
// Сервер-посредник: записывает запрос в журнал, потом передаёт шлюзу. Не вышло — 202, и запрос досылает `php forward.php resend` (cron).
$gateway = getenv('GATEWAY_URL') ?: 'https://go.example';
$folder = getenv('JOURNAL') ?: '/var/lib/throughline'; // вне папки сайта, права 700

/** Шлюз не принимает адреса длиннее 16 КБ: длинные параметры уходят телом формы, для него это одно и то же. */
function fitted(array $request): array
{
    [$path, $query] = array_pad(explode('?', $request['uri'], 2), 2, '');
    if (strlen($request['uri']) > 8000 && $request['body'] === '') {
        $headers = array_merge(preg_grep('/^content-(type|encoding):/i', $request['headers'], PREG_GREP_INVERT), ['content-type: application/x-www-form-urlencoded']);
        return ['method' => 'POST', 'uri' => $path, 'body' => $query, 'headers' => $headers];
    }
    return $request;
}

/** Ответ шлюза: [статус, заголовки, тело]; статус 0 — ответа нет. */
function forward(string $gateway, array $request): array
{
    $request = fitted($request);
    $context = stream_context_create(['http' => [
        'method' => $request['method'],
        'header' => implode("\r\n", $request['headers']),
        'content' => $request['body'],
        'timeout' => 8,
        'ignore_errors' => true,
        'follow_location' => 0,
    ]]);
    $reply = @fopen($gateway . $request['uri'], 'rb', false, $context);
    if ($reply === false) {
        return [0, [], ''];
    }
    // Столько, сколько обещано: до конца соединения PHP ждал бы секунды.
    preg_match('/^content-length: *(\d+)/im', implode("\n", $http_response_header), $length);
    $answer = stream_get_contents($reply, (int) ($length[1] ?? -1));
    preg_match('/^HTTP\/\S+ (\d+)/', $http_response_header[0], $status);
    return [(int) $status[1], preg_grep('/^(content-type|retry-after|x-request-id):/i', $http_response_header), $answer];
}

$later = static fn(int $status): bool => $status === 0 || $status === 429 || $status >= 500;

if (PHP_SAPI === 'cli') {
    foreach (glob("$folder/waiting/*") as $file) {
        $kept = time() - @filemtime($file) < 15 ? false : @file_get_contents($file);
        if ($kept === false) {
            continue; // ещё в пути или уже дошло
        }
        // Прежняя версия хранила здесь JSON.
        [$status] = forward($gateway, json_decode($kept, true) ?? unserialize($kept, ['allowed_classes' => false]));
        if ($later($status)) {
            exit("шлюз не принял: $status\n");
        }
        unlink($file);
    }
    exit;
}

$body = file_get_contents('php://input');
$headers = [];
foreach (getallheaders() as $name => $value) {
    if (preg_match('/^(content-type|content-encoding|authorization|x-gateway-token|webhook-.*|x-telegram-bot-api-secret-token|user-agent)$/i', $name)) {
        $headers[] = "$name: $value";
    }
}
$request = ['at' => date(DATE_ATOM), 'method' => $_SERVER['REQUEST_METHOD'], 'uri' => $_SERVER['REQUEST_URI'], 'headers' => $headers, 'body' => $body];
@mkdir("$folder/waiting", 0700, true);
$waiting = "$folder/waiting/" . sprintf('%.6F', microtime(true)) . '-' . bin2hex(random_bytes(4));
$line = json_encode($request, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE);
// Сначала на диск: что принято, то не потеряется. Байт в байт: тело бывает и не в UTF-8, и сжатым.
if (file_put_contents($waiting, serialize($request)) === false || file_put_contents("$folder/journal.jsonl", "$line\n", FILE_APPEND | LOCK_EX) === false) {
    http_response_code(503);
    exit;
}
[$status, $answered, $answer] = forward($gateway, $request);
if ($later($status)) {
    http_response_code(202);
    exit;
}
unlink($waiting);
http_response_code($status);
array_map('header', $answered);
echo $answer;
