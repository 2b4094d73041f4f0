### 한국어 날짜와 시각 표기

moment = { $year }년 { $month }월 { $day }일 { $time }({ $zone })
