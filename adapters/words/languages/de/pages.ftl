### Die Seiten, zu denen die Links in Mails führen, auf Deutsch.

## Für alle Seiten

page-wrong = Fehler: { $heading }
page-new-password = Neues Passwort
page-repeat-password = Passwort wiederholen
page-password = Passwort
page-email = Jetzige E-Mail-Adresse
page-account-email = E-Mail-Adresse
page-account = Konto: { $address }
page-mailed-to = Dieser Link ging an { $address }.
page-go-on = Weiter
page-try-again = Noch einmal versuchen
page-ask-for-new-link = Neuen Link anfordern
page-sign-in = Anmelden
page-contact = { $channel ->
        [email] An { $contact } schreiben
       *[page] Hilfe
    }

## Neben den Feldern

page-passwords-differ = Die beiden Passwörter stimmen nicht überein. Geben Sie beide noch einmal ein.
page-not-signed-in = Die Adresse oder das Passwort stimmt nicht, oder es gab zu viele Versuche.
page-other-account = Der Link gehört zu einem anderen Konto. Melden Sie sich mit der jetzigen Adresse jenes Kontos an.
page-bad-address = Das ist keine vollständige E-Mail-Adresse wie ada@example.com.
page-must-change = Zuerst müssen Sie Ihr Passwort ändern. { $reason ->
        [assigned] Es wurde für Sie vergeben.
        [expired] Es ist abgelaufen.
        [weak] Nach den heutigen Regeln ist es zu schwach.
        [truncated] Bisher wurde nur ein Teil davon geprüft.
       *[required] Der Dienst verlangt ein anderes.
    } Melden Sie sich dazu an, und öffnen Sie danach den Link in der Mail noch einmal.

## Das erste Passwort wählen

page-password-set-heading = Wählen Sie Ihr Passwort
page-password-set-lead = Mit diesem Passwort melden Sie sich künftig in Ihrem Konto an.
page-password-set-button = Passwort speichern
page-password-set-done-heading = Ihr Passwort ist gespeichert
page-password-set-done-text = Sie können sich jetzt damit anmelden.

## Ein neues Passwort wählen

page-password-reset-heading = Wählen Sie ein neues Passwort
page-password-reset-lead = Es ersetzt das alte. Auf allen Geräten werden Sie abgemeldet.
page-password-reset-button = Neues Passwort speichern
page-password-reset-done-heading = Ihr Passwort ist geändert
page-password-reset-done-text = Sie wurden überall abgemeldet. Melden Sie sich mit dem neuen Passwort an.

## Das Passwort selbst verwalten statt des Teams

page-password-management-heading = Übernehmen Sie Ihr Passwort
page-password-management-lead = Bisher wurde Ihr Passwort für Sie verwaltet. Wählen Sie ein eigenes, dann kennt es von nun an niemand außer Ihnen. Auf allen Geräten werden Sie abgemeldet.
page-password-management-button = Passwort speichern
page-password-management-done-heading = Das Passwort gehört jetzt Ihnen
page-password-management-done-text = Sie wurden überall abgemeldet. Melden Sie sich mit dem neuen Passwort an.

## Die neue Adresse bestätigen: Man meldet sich mit der jetzigen an

page-email-confirm-heading = Bestätigen Sie Ihre neue Adresse
page-email-confirm-lead = Melden Sie sich mit Ihrer jetzigen Adresse an, nicht mit der neuen; so zeigen Sie, dass das Konto Ihnen gehört. Danach gilt die neue Adresse, und Sie werden { $session ->
        [kept] überall sonst
       *[ended] auf allen Geräten
    } abgemeldet.
page-email-confirm-button = Anmelden und bestätigen
page-email-confirm-done-heading = Ihre neue Adresse ist bestätigt
page-email-confirm-done-text = Melden Sie sich von nun an mit der neuen Adresse an. An die alte ging eine Mail mit einem Link, der die Änderung rückgängig macht.

## Die jetzige Adresse behalten, solange die neue nicht bestätigt ist

page-email-cancel-heading = Änderung der Adresse aufhalten
page-email-cancel-lead = Dieses Konto soll eine andere Adresse bekommen. Falls Sie das nicht veranlasst haben, halten Sie die Änderung hier auf und ändern Sie danach Ihr Passwort. Falls doch, schließen Sie diese Seite einfach.
page-email-cancel-button = Meine Adresse behalten
page-email-cancel-done-heading = Die Änderung ist aufgehalten
page-email-cancel-done-text = Das Konto behält seine Adresse. Falls die Änderung nicht von Ihnen kam, kennt vielleicht jemand Ihr Passwort: Ändern Sie es jetzt.

## Die alte Adresse zurückholen, nachdem die neue bestätigt wurde

page-email-revert-heading = Holen Sie sich Ihre Adresse zurück
page-email-revert-lead = Dieses Konto hat eine andere Adresse bekommen. Falls Sie das nicht veranlasst haben, holen Sie sich Ihre hier zurück: Dann wird das Passwort gelöscht, alle werden abgemeldet, und Sie bekommen per Mail einen Link, um ein neues Passwort zu wählen.
page-email-revert-button = Meine Adresse zurückholen
page-email-revert-done-heading = Sie haben Ihre Adresse zurück
page-email-revert-done-text = Alle sind abgemeldet, und das Passwort ist gelöscht. Einen Link, um ein neues zu wählen, bekommen Sie per Mail: jetzt gleich oder, falls wir das Konto gesperrt oder geschlossen haben, sobald es wieder offen ist.

## Ein geschlossenes Konto wieder öffnen

page-reopen-heading = Öffnen Sie Ihr Konto wieder
page-reopen-lead = Dieses Konto ist geschlossen. Mit einem neuen Passwort öffnen Sie es wieder; dabei werden alle abgemeldet.
page-reopen-button = Konto wieder öffnen
page-reopen-done-heading = Ihr Konto ist wieder offen
page-reopen-done-text = Melden Sie sich mit dem neuen Passwort an.

## Zeigen, dass Mail an die Adresse des Kontos ankommt

page-email-proof-heading = Bestätigen Sie Ihre Adresse
page-email-proof-lead = Melden Sie sich mit der Adresse an, an die dieser Link ging; so zeigen Sie, dass das Konto Ihnen gehört. Sonst ändert sich nichts, und Sie bleiben überall angemeldet.
page-email-proof-button = Anmelden und bestätigen
page-email-proof-done-heading = Ihre Adresse ist bestätigt
page-email-proof-done-text = Jetzt ist sicher, dass Mails Sie dort erreichen.

## Einen neuen Link anfordern. Ob es ein Konto gibt, wird nicht verraten

page-new-link-heading = Neuen Link anfordern
page-new-link-lead = Geben Sie die Adresse Ihres Kontos ein. Dann bekommen Sie per Mail einen Link, um ein Passwort zu wählen.
page-new-link-button = Link senden
page-new-link-done-heading = Sehen Sie in Ihr Postfach
page-new-link-done-text = Falls es zu dieser Adresse ein Konto gibt, ist ein Link dorthin unterwegs. Das kann einige Minuten dauern; sehen Sie auch im Spam-Ordner nach.

## Links, die nicht mehr funktionieren

page-used-heading = Dieser Link wurde schon benutzt
page-used-text = Er hat einmal funktioniert oder wurde durch einen neueren ersetzt. Falls Sie ihn benutzt haben, brauchen Sie nichts mehr zu tun.
page-expired-heading = Dieser Link ist abgelaufen
page-expired-text = Zu Ihrer Sicherheit funktionieren Links nur eine begrenzte Zeit.
page-invalid-heading = Dieser Link funktioniert nicht
page-invalid-text = Vielleicht fehlt ein Teil davon: Öffnen Sie ihn direkt aus der Mail, oder kopieren Sie ihn ganz. Ein Link, den Sie vor langer Zeit bekommen haben, ist nicht mehr gültig.
page-nothing-open-heading = Öffnen Sie den Link in Ihrer Mail
page-nothing-open-text = Hier ist kein Link geöffnet, oder das ist schon eine Weile her. Öffnen Sie ihn noch einmal aus der Mail. Falls Sie dann wieder hier landen, erlauben Sie Cookies für diese Website.
page-overtaken-heading = Das geht nicht mehr
page-overtaken-text = Inzwischen hat sich etwas geändert, und wofür der Link gedacht war, ist nicht mehr möglich.

## Was nicht geschehen ist, und warum

page-not-ours-heading = Es ist nichts geschehen
page-not-ours-text = Was Sie gesendet haben, gehört nicht zu dem Link, der hier geöffnet ist; vielleicht haben Sie inzwischen einen anderen geöffnet. Öffnen Sie den Link noch einmal aus der Mail.
page-unreadable-heading = Es ist nichts geschehen
page-unreadable-text = Was gesendet wurde, war nicht lesbar. Versuchen Sie es noch einmal.
page-origin-refused-heading = Nicht aus diesem Netz
page-origin-refused-text = Dieses Konto lässt sich nur aus bestimmten Netzen benutzen. Ihr Link ist noch gültig: Versuchen Sie es von dort noch einmal.
page-refused-heading = Es ist nichts geschehen
page-refused-text = Der Dienst hat das abgelehnt. Ihr Link ist noch gültig.
page-not-active-heading = Es ist nichts geschehen
page-not-active-text = Dieses Konto ist gesperrt oder geschlossen.
page-email-taken-heading = Es ist nichts geschehen
page-email-taken-text = Diese Adresse gehört inzwischen zu einem anderen Konto.
page-too-many-heading = Zu viele Versuche
page-too-many-text = Aus Ihrem Netz gab es zu viele Versuche.
page-unavailable-heading = Das klappt gerade nicht
page-unavailable-text = Vielleicht ist nichts geschehen. Sie können es gleich noch einmal versuchen; das schadet nicht.
page-failed-heading = Etwas ist schiefgegangen
page-failed-text = Das liegt an uns. Solange der Fehler nicht behoben ist, hilft ein weiterer Versuch nicht.
