<?php
// Hashes as WordPress makes them: by its own class-phpass.php until 6.8, and from then on by what its wp_hash_password
// calls (hash_hmac and password_hash). And those of PHP's password_hash. Prints JSON lines.
// Usage: php make_wordpress.php FOLDER/wp-includes/class-phpass.php VERSION

require $argv[1];
$passwords = json_decode(file_get_contents(__DIR__ . '/passwords.json'), true);

function say(string $by, string $name, string $hash, bool $weak = false): void {
    echo json_encode(['by' => $by, 'password' => $name, 'hash' => $hash, 'weak' => $weak], JSON_UNESCAPED_SLASHES), "\n";
}

foreach ($passwords as $name => $text) {
    $portable = new PasswordHash(8, true);
    say("WordPress $argv[2]", $name, $portable->HashPassword(trim($text)), true);
    $prehashed = base64_encode(hash_hmac('sha384', trim($text), 'wp-sha384', true));
    say('the form of WordPress 6.8, PHP ' . PHP_VERSION, $name, '$wp' . password_hash($prehashed, PASSWORD_BCRYPT, ['cost' => 8]));
    try {
        $hash = password_hash($text, PASSWORD_BCRYPT, ['cost' => 8]);
    } catch (ValueError) {
        // It refuses a NUL; but a typed one ends what is verified.
        $hash = password_hash(strstr($text, "\0", true), PASSWORD_BCRYPT, ['cost' => 8]);
        assert(password_verify($text, $hash));
    }
    say('PHP ' . PHP_VERSION, $name, $hash);
}
