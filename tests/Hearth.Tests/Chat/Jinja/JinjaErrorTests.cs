using Hearth.Chat.Jinja;

namespace Hearth.Tests.Chat.Jinja;

/// <summary>Whoever reads an error can find the place.</summary>
public sealed class JinjaErrorTests
{
    [Theory]
    [InlineData("a\n{{ x.y.z }}", 2, "'dict object' has no attribute 'y'")]
    [InlineData("{% if true %}\n\n{{ raise_exception('No way') }}\n{% endif %}", 3, "No way")]
    [InlineData("\n{% for a, b in [1] %}{% endfor %}", 2, "cannot unpack non-iterable int object")]
    [InlineData("\n\n{% for a in 5 %}{% endfor %}", 3, "'int' object is not iterable")]
    [InlineData("{% macro m(a) %}\n{{ a + 1 }}{% endmacro %}\n\n{{ m('x') }}", 2, "can only concatenate str (not \"int\") to str")]
    [InlineData("{% macro m() %}{% endmacro %}\n{% call m() %}{% endcall %}", 2, "macro 'm' was invoked with two values for the special caller argument. This is most likely a bug.")]
    [InlineData("{{ [1,\n2] | nofilter }}", 2, "No filter named 'nofilter' found.")]
    [InlineData("{% set x.a = 1 %}", 1, "cannot assign attribute on non-namespace object")]
    [InlineData("{{ 1 }}\n{{ range(9) | tojson(indent=x) }}", 2, "'dict' object cannot be interpreted as an integer")]
    [InlineData("x\ny\n{% if %}", 3, "Expected an expression, got")]
    [InlineData("{{ 'a' }}\n{% foo %}", 2, "Encountered unknown tag 'foo'.")]
    [InlineData("{% for x in [1] %}\n", 1, "Unexpected end of template. Looking for 'else'.")]
    public void An_error_names_template_line_and_cause(string template, int line, string message)
    {
        JinjaException error = Assert.Throws<JinjaException>(
            () => JinjaTemplate.Parse(template, "model.jinja").Render(new JinjaDict().Set("x", new JinjaDict()), new RenderSettings(DateTimeOffset.UnixEpoch)));

        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
        Assert.Equal((line, "model.jinja"), (error.Line, error.Template));
        Assert.Equal($"{error.Message} (template model.jinja, line {line}: {error.Expression})", error.Describe());
    }

    [Theory]
    [InlineData("a {{ 1 }} {{ x.y.z }} {{ 2 }}", "{{ x.y.z }}")]
    [InlineData("{% if x.y.z == 1 %}{% endif %}", "{% if x.y.z == 1 %}")]
    [InlineData("a\r\n{%- for m in 5 -%}\r\n{%- endfor %}", "{%- for m in 5 -%}")]
    [InlineData("{% set y = [1,\n2] | sort(x, 1, 'a') | nofilter %}", "{% set y = [1, 2] | sort(x, 1, 'a') | nofilter %}")]
    [InlineData("{% macro m() %}{{ x.a.b }}{% endmacro %}{{ m() }}", "{{ x.a.b }}")]
    [InlineData("text {{ 1 + }} text", "{{ 1 + }}")]
    [InlineData("{{ x.one.two.three }}{{ x }}", "{{ x.one.two.three }}")]
    public void An_error_quotes_the_tag(string template, string expression)
    {
        JinjaException error = Assert.Throws<JinjaException>(
            () => JinjaTemplate.Parse(template).Render(new JinjaDict().Set("x", new JinjaDict()), new RenderSettings(DateTimeOffset.UnixEpoch)));

        Assert.Equal(expression, error.Expression);
    }

    [Fact]
    public void A_long_tag_is_quoted_around_the_place()
    {
        string words = string.Concat(Enumerable.Repeat("'some words' ~ ", 100));
        JinjaException error = Error("{{ " + words + "missing.a ~ " + words + "1 }}");

        Assert.Contains("missing.a", error.Expression, StringComparison.Ordinal);
        Assert.InRange(error.Expression.Length, 20, 120);
    }

    [Fact]
    public void Only_raise_exception_counts_as_the_templates_own_refusal()
    {
        Assert.True(Error("{{ raise_exception('no') }}").IsRaisedByTemplate);
        Assert.False(Error("{{ missing.x }}").IsRaisedByTemplate);
    }

    private static JinjaException Error(string template) => Assert.Throws<JinjaException>(
        () => JinjaTemplate.Parse(template).Render(new JinjaDict(), new RenderSettings(DateTimeOffset.UnixEpoch)));
}
