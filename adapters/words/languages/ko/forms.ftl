### 입력 양식의 문구 (제공되는 페이지와 서비스 자체 양식에 공통)

## 비밀번호 길이 안내

password-length-between = { $least }~{ $most }자로 입력해 주십시오.
password-length-at-least = { $least }자 이상 입력해 주십시오. 단어 몇 개를 이어 쓰면 기억하기 쉽습니다.

## 비밀번호로 사용할 수 없는 입력

password-empty = 비밀번호를 입력해 주십시오.
password-too-large = 비밀번호가 너무 깁니다. 최대 { $most }바이트까지 입력할 수 있습니다.
password-bad-character = 보이지 않는 문자 등 다시 입력할 수 없는 문자가 있습니다.
password-unusable = 비밀번호로 사용할 수 없습니다.

## 비밀번호를 사용할 수 없는 이유

violation-too-short = { $least }자 이상이어야 합니다. 현재 { $actual }자입니다.
violation-too-long = { $most }자 이하여야 합니다. 현재 { $actual }자입니다.
violation-too-few-classes = 다음 중 { $least }종류 이상의 문자를 사용해 주십시오: { $kinds }.
violation-classes-missing = 아직 사용하지 않은 종류: { $kinds }.
kind-upper = 영문 대문자
kind-lower = 영문 소문자
kind-letter = 글자
kind-digit = 숫자
kind-special = 특수 문자
violation-banned-character = 사용할 수 없는 문자가 있습니다. 다음 문자는 사용할 수 없습니다: { $banned }
violation-common = 많은 사람이 사용하는 비밀번호입니다.
violation-common-parts = 추측하기 쉬운 비밀번호입니다. 다음으로만 이루어져 있습니다: { $parts }.
part-listed = 흔한 단어
part-walk = 키보드나 알파벳 배열
part-repetition = 반복
part-year = 연도
part-digits = 숫자
violation-predictable = 서비스 이름이나 본인의 이메일 주소로 이루어져 있습니다.
violation-too-similar = 서비스 이름이나 본인의 이메일 주소와 너무 비슷합니다.
violation-same-as-current = 현재 비밀번호와 같습니다.
violation-used-before = 이전에 사용한 비밀번호입니다.
violation-breached = 유출된 적이 있는 비밀번호입니다. 다른 사람이 시도할 수 있습니다.
violation-too-soon = 현재 비밀번호는 { $until } 이후에 변경할 수 있습니다.
violation-host = 사용할 수 없는 비밀번호입니다: { $says }
violation-unknown = 비밀번호 규칙에 맞지 않습니다.

list = { $items }, { $next }

## 기다릴 시간

wait-seconds = { $seconds }초 후에 다시 시도해 주십시오.
wait-minutes = { $minutes }분 후에 다시 시도해 주십시오.
wait-hours = { $hours }시간 후에 다시 시도해 주십시오.
