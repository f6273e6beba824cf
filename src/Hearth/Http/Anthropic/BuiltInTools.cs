using System.Text.Json;
using Hearth.Chat;

namespace Hearth.Http.Anthropic;

/// <summary>Tools that clients name by a type instead of a schema. The client runs them; the model needs to be told what they take.</summary>
internal static class BuiltInTools
{
    private static readonly ToolDefinition Bash = Define("bash", "Run a command in a persistent shell, or restart the shell.", """
        {"type": "object", "properties": {
          "command": {"type": "string", "description": "The command to run."},
          "restart": {"type": "boolean", "description": "True restarts the shell."}}}
        """);

    private static readonly ToolDefinition TextEditor = Define("str_replace_based_edit_tool", "View, create and edit text files.", """
        {"type": "object", "properties": {
          "command": {"type": "string", "enum": ["view", "create", "str_replace", "insert"]},
          "path": {"type": "string", "description": "The file."},
          "file_text": {"type": "string", "description": "For create: the whole content."},
          "old_str": {"type": "string", "description": "For str_replace: the text to replace; must occur once."},
          "new_str": {"type": "string", "description": "For str_replace: the new text."},
          "insert_line": {"type": "integer", "description": "For insert: the line after which to insert."},
          "insert_text": {"type": "string", "description": "For insert: the text."},
          "view_range": {"type": "array", "items": {"type": "integer"}, "description": "For view: first and last line."}},
          "required": ["command", "path"]}
        """);

    private static readonly ToolDefinition Memory = Define("memory", "View and change files of long-term memory below /memories.", """
        {"type": "object", "properties": {
          "command": {"type": "string", "enum": ["view", "create", "str_replace", "insert", "delete", "rename"]},
          "path": {"type": "string"}, "file_text": {"type": "string"}, "old_str": {"type": "string"}, "new_str": {"type": "string"},
          "insert_line": {"type": "integer"}, "insert_text": {"type": "string"},
          "old_path": {"type": "string"}, "new_path": {"type": "string"}},
          "required": ["command"]}
        """);

    /// <summary>The definition behind a type such as <c>bash_20250124</c>, or null.</summary>
    public static ToolDefinition? Find(string? type) => type switch
    {
        null => null,
        _ when type.StartsWith("bash_", StringComparison.Ordinal) => Bash,
        _ when type.StartsWith("text_editor_", StringComparison.Ordinal) => TextEditor,
        _ when type.StartsWith("memory_", StringComparison.Ordinal) => Memory,
        _ => null,
    };

    private static ToolDefinition Define(string name, string description, string schema)
    {
        using JsonDocument document = JsonDocument.Parse(schema);
        return new ToolDefinition(name, description, document.RootElement.Clone());
    }
}
