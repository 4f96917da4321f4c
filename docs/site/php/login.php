<?php
// Вход через бота: посетитель вернулся со страницы PIN с одноразовым `code`. Код → authorize → mappings → notify.
require_once __DIR__ . '/throughline.php';

/** Что делать дальше: signIn — впустить этого пользователя, ask — спросить его, failed — показать текст. `$signed_in` — кто уже вошёл на сайте. */
function come_from_bot(string $code, ?string $signed_in): array
{
    [$status, $body] = call('POST', '/v1/authorize', $signed_in === null ? ['code' => $code] : ['code' => $code, 'user_id' => $signed_in]);
    if ($status !== 200) {
        return ['failed' => 'Ссылка больше не действует. Вернитесь в бота и запросите новую.'];
    }
    switch ($body['status']) {
        case 'authorized':
        case 'already_authorized':
            return ['signIn' => $body['user_id']];
        case 'registration_required':
            return link_bot($body['buid'], register_user($body['profile']));
        // Связать можно только по слову самого пользователя: иначе чужой код, подсунутый ему, связал бы с ним чужого бота.
        case 'link_required':
            return ['ask' => 'Связать бота с вашим аккаунтом?', 'buid' => $body['buid'], 'choices' => ['link']];
        case 'confirmation_required':
            return $signed_in !== null
                ? ['ask' => 'Связать бота с вашим аккаунтом?', 'buid' => $body['buid'], 'choices' => ['link']]
                : ['failed' => 'Войдите на сайт обычным способом, затем откройте ссылку из бота ещё раз.'];
        case 'conflict':
            return ['ask' => 'Этот бот связан с другим вашим аккаунтом.', 'buid' => $body['buid'], 'choices' => $body['options']];
        case 'conflict_other':
            return ['ask' => 'Ваш аккаунт уже связан с другим мессенджером.', 'buid' => $body['buid'], 'choices' => $body['options']];
    }
    throw new RuntimeException('authorize: ' . $body['status']);
}

/** Связь: 15 минут после authorize. `$choice` — то, что ответил пользователь: link, keep или relink. */
function link_bot(string $buid, string $user, string $choice = 'link'): array
{
    $wish = ['buid' => $buid, 'user_id' => $user];
    if ($choice !== 'link') {
        $wish['on_conflict'] = $choice;
    }
    [$status, $body] = call('POST', '/v1/mappings', $wish);
    if ($status >= 300) {
        return ['failed' => $body['reason'] === 'conflict' ? 'Аккаунт уже связан.' : 'Время вышло, войдите через бота снова.'];
    }
    if ($body['status'] !== 'kept') {
        // Ключ делает повтор безопасным: одно сообщение на связь, сколько бы раз вызов ни ушёл.
        $message = ['user_id' => $user, 'message' => 'Бот связан с вашим аккаунтом.'];
        call('POST', '/v1/notify', $message, ["idempotency-key: welcome-$buid"]);
    }
    return ['signIn' => $user];
}

/** Здесь ваша регистрация; прежде поищите пользователя, но почте с proof «claimed» верить нельзя: это слова, а не доказательство. */
function register_user(array $profile): string
{
    return 'u-' . bin2hex(random_bytes(8));
}
