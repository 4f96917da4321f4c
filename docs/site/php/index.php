<?php
// Сайт из двух адресов: /auth/bot принимает посетителя с кодом, /hooks/gateway — подписанные вебхуки шлюза. Запуск: php -S 127.0.0.1:8000 index.php
require_once __DIR__ . '/login.php';

function show(array $outcome): void
{
    $_SESSION['asked'] = isset($outcome['ask']) ? $outcome : null;
    if (isset($outcome['signIn'])) {
        session_regenerate_id(true);
        $_SESSION['user'] = $outcome['signIn'];
    }
    header('content-type: application/json; charset=utf-8');
    echo json_encode([
        'user' => $_SESSION['user'] ?? null,
        'ask' => $outcome['ask'] ?? null,
        'choices' => $outcome['choices'] ?? [],
        'failed' => $outcome['failed'] ?? null,
    ], JSON_UNESCAPED_UNICODE);
}

/** mapping.created, mapping.moved, mapping.deleted и всё, что шлют ваши правила. Вебхук может прийти повторно: храните его id в таблице. */
function on_news(string $id, array $news): void
{
    file_put_contents('php://stdout', $news['type'] . ' ' . $news['data']['user_id'] . "\n");
}

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$body = file_get_contents('php://input');

if ($path === '/hooks/gateway' && $_SERVER['REQUEST_METHOD'] === 'POST') {
    if (!is_from_gateway($_SERVER, $body)) {
        http_response_code(401);
        return;
    }
    on_news($_SERVER['HTTP_WEBHOOK_ID'], json_decode($body, true));
    http_response_code(204);
    return;
}
if ($path !== '/auth/bot') {
    http_response_code(404);
    return;
}
// HttpOnly и SameSite=Lax: чужой сайт не ответит на вопрос за пользователя.
session_start(['cookie_httponly' => true, 'cookie_samesite' => 'Lax']);
if ($_SERVER['REQUEST_METHOD'] === 'GET') {
    show(come_from_bot($_GET['code'] ?? '', $_SESSION['user'] ?? null));
} elseif (isset($_SESSION['user'], $_SESSION['asked']) && in_array($_POST['choice'] ?? '', $_SESSION['asked']['choices'], true)) {
    show(link_bot($_SESSION['asked']['buid'], $_SESSION['user'], $_POST['choice']));
} else {
    http_response_code(409);
}
