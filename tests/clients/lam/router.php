<?php // router.php: lets the browser keep LAM's pictures, styles and scripts; PHP's own server would send all of them with each page.
$types = ['css' => 'text/css', 'gif' => 'image/gif', 'js' => 'text/javascript', 'png' => 'image/png', 'svg' => 'image/svg+xml'];
$file = $_SERVER['DOCUMENT_ROOT'] . parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$type = $types[pathinfo($file, PATHINFO_EXTENSION)] ?? null;
if ($type === null || !is_file($file)) {
    return false;
}
header("Content-Type: $type");
header('Cache-Control: max-age=3600');
readfile($file);
