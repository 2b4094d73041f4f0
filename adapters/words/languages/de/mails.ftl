### Alle Mails auf Deutsch.

## Für alle Mails

sentences = { $first } { $second }
fact = { $label }: { $value }
above-link = { $label }:
back = Zurück zu { $service }
link-works-once = Der Link funktioniert einmal, und zwar bis zum { $until }.
not-expected = Falls Sie diese Mail nicht erwartet haben, hat vielleicht jemand Ihre Adresse versehentlich eingegeben. Sie brauchen nichts zu tun; dann ändert sich nichts.

fact-when = Wann
fact-by = Wer
fact-from = Woher
by-stranger = jemand, der nicht angemeldet war
by-code-bearer = jemand mit einem Link, der Ihnen gemailt wurde
by-owner = jemand, der im Konto angemeldet war
by-administrator = das Team von { $service }

## An wen man sich wendet

turn-to = { $channel ->
        [email] schreiben Sie bitte an { $contact }
        [page] besuchen Sie bitte { $contact }
       *[none] wenden Sie sich bitte an { $service }
    }
contact-if-mails-go-on = Falls weiterhin solche Mails kommen, { turn-to }.
contact-if-it-goes-on = Falls sich das wiederholt, { turn-to }.
contact-if-too-late = Falls der Link nicht mehr funktioniert, { turn-to }.
contact-if-no-password = Falls Sie keines anfordern können, { turn-to }.
contact-if-no-link = Falls der Link nicht kommt, { turn-to }.
contact-if-no-log-in = Falls Sie sich nicht anmelden können, { turn-to }.

## Ein Link, um das erste Passwort zu wählen

password-set-subject = Wählen Sie Ihr Passwort
password-set-tells = Sie können jetzt das Passwort für Ihr Konto bei { $service } wählen.
password-set-button = Passwort wählen
password-set-unasked = { not-expected }

## Ein Link, um ein neues Passwort zu wählen

password-reset-subject = Wählen Sie ein neues Passwort
password-reset-tells = Für Ihr Konto bei { $service } wurde ein neues Passwort angefordert.
password-reset-button = Neues Passwort wählen
password-reset-unasked = Falls Sie das nicht waren, brauchen Sie nichts zu tun: Ihr Passwort bleibt, wie es ist.

## Ein Link, um das Passwort selbst zu verwalten statt des Teams

password-management-subject = Übernehmen Sie Ihr Passwort
password-management-tells = Das Passwort Ihres Kontos bei { $service } können Sie von nun an selbst verwalten. Wählen Sie eines, dann kennt es niemand außer Ihnen.
password-management-button = Passwort wählen
password-management-unasked = Bis dahin bleibt alles, wie es ist.

## An die neue Adresse eines Kontos

email-confirm-subject = Bestätigen Sie Ihre neue Adresse
email-confirm-tells = Diese Adresse wurde als neue Adresse eines Kontos bei { $service } angegeben.
email-confirm-button = Adresse bestätigen
email-confirm-unasked = { not-expected }

## An die jetzige Adresse, solange die neue nicht bestätigt ist

email-cancel-subject = Ihre Adresse soll geändert werden
email-cancel-tells = Ihr Konto bei { $service } soll eine andere E-Mail-Adresse bekommen, sobald diese bestätigt ist. Falls Sie das veranlasst haben, brauchen Sie hier nichts zu tun.
email-cancel-unasked = Falls Sie das nicht waren, halten Sie die Änderung auf und ändern Sie danach Ihr Passwort:
email-cancel-button = Meine Adresse behalten

## An die alte Adresse, nachdem die neue bestätigt wurde

email-revert-subject = Ihre Adresse wurde geändert
email-revert-tells = Ihr Konto bei { $service } hat jetzt eine andere E-Mail-Adresse. Mails zu diesem Konto kommen nicht mehr hierher.
email-revert-unasked = Falls Sie das nicht waren, holen Sie sich Ihr Konto zurück. Dann werden alle abgemeldet, und Sie wählen ein neues Passwort:
email-revert-button = Meine Adresse zurückholen

## Nachdem jemand, der angemeldet war, das Konto geschlossen hat

reopen-subject = Ihr Konto ist geschlossen
reopen-tells = Ihr Konto bei { $service } wurde von jemandem geschlossen, der angemeldet war und das Passwort kannte. Es kann bis zum { $until } wieder geöffnet werden; danach wird alles gelöscht, was darüber bekannt ist.
reopen-unasked = Falls Sie das nicht waren oder das Konto wiederhaben möchten, öffnen Sie es mit einem neuen Passwort:
reopen-button = Konto wieder öffnen

## Ein Link, der zeigt, dass Mail an die Adresse des Kontos ankommt

email-proof-subject = Bestätigen Sie Ihre Adresse
email-proof-tells = Ihr Konto bei { $service } hat diese Adresse, und es ist noch nicht bestätigt, dass Mails Sie hier erreichen. Wenn Sie den Link öffnen, werden Sie gebeten, sich anzumelden.
email-proof-button = Adresse bestätigen
email-proof-unasked = { not-expected }

## Das Passwort wurde geändert

password-changed-subject = Ihr Passwort wurde geändert
password-changed-tells = Das Passwort Ihres Kontos bei { $service } wurde geändert.
password-changed-dropped = Ihr Konto sollte eine andere E-Mail-Adresse bekommen. Das wurde mit dem alten Passwort verworfen: Die Adresse bleibt, wie sie ist.
password-changed-unasked = Falls Sie das nicht waren, fordern Sie bei { $service } sofort ein neues Passwort an.

## An die alte Adresse: Das Team hat sie durch eine andere ersetzt

email-replaced-subject = Ihre Adresse wurde ersetzt
email-replaced-tells = Das Team von { $service } hat diese Adresse durch eine andere ersetzt. Mails zu Ihrem Konto kommen nicht mehr hierher.
email-replaced-unasked = Falls Sie nicht darum gebeten haben, { turn-to }.

## An eine Adresse, die jemand für sein Konto möchte und die schon ein anderes Konto hat

email-taken-subject = Zu dieser Adresse gibt es schon ein Konto
email-taken-tells = Diese Adresse wurde als neue Adresse eines Kontos bei { $service } angegeben, gehört aber schon zu einem anderen Konto. Deshalb hat sich nichts geändert.
email-taken-unasked = { nothing-to-do }

nothing-to-do = Falls Sie das nicht waren, brauchen Sie nichts zu tun.

## An eine Adresse, mit der sich jemand registriert hat und die schon ein Konto hat

already-registered-subject = Sie haben schon ein Konto
already-registered-tells = Jemand wollte mit dieser Adresse ein Konto bei { $service } eröffnen. Es gibt schon eines, deshalb hat sich nichts geändert. Falls Sie das Passwort vergessen haben, fordern Sie bei { $service } ein neues an.
already-registered-unasked = { nothing-to-do }

## An eine Adresse, mit der sich jemand registriert hat und deren Konto das Team geschlossen hat

closed-by-staff-subject = Ihr Konto ist geschlossen
closed-by-staff-tells = Jemand wollte mit dieser Adresse ein Konto bei { $service } eröffnen. Es gibt schon eines, das aber vom Team von { $service } geschlossen wurde; deshalb hat sich nichts geändert. Nur das Team kann es wieder öffnen.
closed-by-staff-needed = Falls Sie das waren und das Konto brauchen, { turn-to }.
closed-by-staff-unasked = { nothing-to-do }

## Zu viele Anmeldungen mit falschem Passwort

locked-subject = Zu viele fehlgeschlagene Anmeldungen
locked-tells = Jemand hat zu oft versucht, sich mit einem falschen Passwort in Ihrem Konto bei { $service } anzumelden. Deshalb waren Anmeldungen von unbekannten Geräten eine Zeit lang gesperrt; das Passwort ist unverändert.
locked-unasked = Falls Sie das waren, warten Sie ein wenig und versuchen Sie es noch einmal, oder fordern Sie ein neues Passwort an. Falls nicht, schützt Sie ein gutes Passwort: Sie brauchen nichts zu tun.

## So viele Anmeldungen mit falschem Passwort, dass es ersetzt werden muss

disabled-subject = Ihr Passwort muss ersetzt werden
disabled-tells = Jemand hat so oft versucht, sich mit einem falschen Passwort in Ihrem Konto bei { $service } anzumelden, dass von unbekannten Geräten aus niemand mehr mit dem jetzigen Passwort hineinkommt. Das bleibt so, bis es ersetzt ist.
disabled-link-follows = Einen Link, um ein anderes Passwort zu wählen, bekommen Sie in einer eigenen Mail. Danach können Sie sich wieder wie gewohnt anmelden. Falls die Anmeldungen nicht von Ihnen kamen: Durch sie ist niemand hineingekommen.
disabled-ask = Fordern Sie bei { $service } ein neues Passwort an. Danach können Sie sich wieder wie gewohnt anmelden. Falls die Anmeldungen nicht von Ihnen kamen: Durch sie ist niemand hineingekommen.

## Das Konto wurde geschlossen

closed-subject = Ihr Konto ist geschlossen
closed-tells = Ihr Konto bei { $service } ist geschlossen. Es kann bis zum { $until } wieder geöffnet werden; danach wird alles gelöscht, was darüber bekannt ist.
closed-unasked = Falls Sie das nicht waren: Bevor es so weit ist, { turn-to }.

## Das Passwort läuft bald ab

password-expires-subject = Ihr Passwort läuft bald ab
password-expires-tells = Das Passwort Ihres Kontos bei { $service } läuft am { $until } ab. Melden Sie sich vorher an und ändern Sie es; sonst werden Sie bei der nächsten Anmeldung dazu aufgefordert.

## An das Team: Mail an die Adresse eines Kontos wird zurückgehalten

sending-stopped-subject = Mail an das Konto { $account } wird zurückgehalten
sending-stopped-tells = { $scope ->
        [sign-up] Mail, die Registrierungen durch Fremde auslösen,
        [reset] Mail, die Anforderungen eines neuen Passworts auslösen,
        [email-change] Mail, die Änderungen fremder Adressen auslösen,
        [log-in] Mail, die fehlgeschlagene Anmeldungen auslösen,
       *[all] Mail
    } an die Adresse des Kontos { $account } bei { $service } wird von nun an zurückgehalten: { $cause ->
        [rejected] Der Inhaber oder der Mailserver lehnt unsere Mail ab
       *[no-such-mailbox] Das Postfach gibt es nicht
    }.
sending-stopped-remedy = Sobald der Inhaber eine andere Adresse hat oder das Postfach wieder Mail annimmt, ersetzen Sie die Adresse oder heben Sie die Sperre auf.

## An das Team: Eine Mail wurde aufgegeben

mail-expired-subject = Eine Mail an das Konto { $account } wurde aufgegeben
mail-expired-tells = Eine Mail an das Konto { $account } bei { $service } wurde aufgegeben ({ $purpose }): Ihr Link war abgelaufen, bevor ein Mailserver sie annahm.
mail-expired-remedy = Anderen Mails kann es ebenso ergangen sein; diese Meldung kommt höchstens einmal in der Stunde. Die aufgegebenen Mails stehen im Postausgang. Wird eine davon erneut eingereiht, bekommt sie einen neuen Link, falls der Empfänger ihn noch braucht.
