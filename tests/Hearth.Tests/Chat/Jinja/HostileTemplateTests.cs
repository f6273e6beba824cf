using System.Diagnostics;
using System.Numerics;
using System.Text.Json;
using Hearth.Chat.Jinja;
using Hearth.Tests.Support;

namespace Hearth.Tests.Chat.Jinja;

/// <summary>A template is a file from somebody else: the worst it can do is fail, soon and in words.</summary>
public sealed class HostileTemplateTests
{
    /// <summary>More than any of these needs, garbage included, and far less than one without limits would take.</summary>
    private const long AllocatedBytes = 2_000_000_000;

    /// <summary>Each takes a second or two at most; without its limit it takes hours.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Two million steps of any kind, on a processor that others use as well; nodes alone take a quarter of a second.</summary>
    private static readonly TimeSpan SlowestSteps = TimeSpan.FromSeconds(5);

    private static readonly RenderSettings Settings = new(DateTimeOffset.UnixEpoch, new JinjaLimits { Steps = 2_000_000 });

    public static TheoryData<string, string> Endless => new()
    {
        { "{{ range(10 ** 12) | length }}", "items are more than the limit of 1000000" },
        { "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}", "needs more than 2000000 steps" },
        { "{% for i in range(1000000) %}{% for j in range(1000000) %}{% endfor %}{% endfor %}", "the template's values take more than 33554432 bytes" },
        { "{{ 'a' * 10 ** 10 }}", "items are more than the limit of 1000000" },
        { "{{ [0] * 10 ** 10 }}", "items are more than the limit of 1000000" },
        { "{{ 10 ** 10 ** 10 ** 10 ** 10 }}", "an integer is longer than 14000 bits" },
        { "{{ (0 - 2) ** 2000000000 }}", "an integer is longer than 14000 bits" },
        { "{% set ns = namespace(n=3) %}{% for i in range(1000) %}{% set ns.n = ns.n * ns.n %}{% endfor %}", "an integer is longer than 14000 bits" },
        { "{{ 'a'.center(10 ** 9) }}", "items are more than the limit of 1000000" },
        { "{{ 'a'.ljust(10 ** 12) }}", "items are more than the limit of 1000000" },
        { "{{ '1'.zfill(10 ** 12) }}", "items are more than the limit of 1000000" },
        { "{{ 'a' | center(10 ** 9) }}", "items are more than the limit of 1000000" },
        { "{{ 'a' | indent(10 ** 9) }}", "items are more than the limit of 1000000" },
        { "{{ ('\n' * 100000) | indent(1000, blank=true) }}", "the text is longer than 8388608 characters" },
        { "{{ [1] | tojson(indent=10 ** 9) }}", "items are more than the limit of 1000000" },
        { "{{ ('a' * 1000000) | replace('a', 'b' * 1000000) }}", "the text is longer than 8388608 characters" },
        { "{{ ('a' * 1000000).replace('', 'b' * 1000000) }}", "the text is longer than 8388608 characters" },
        { "{{ (['a' * 1000000] * 1000) | join }}", "the text is longer than 8388608 characters" },
        { "{{ ('a' * 1000000).join('b' * 1000) }}", "the text is longer than 8388608 characters" },
        { "{{ ['a' * 1000000] * 1000 }}", "the text is longer than 8388608 characters" },
        { "{{ (['a' * 1000000] * 1000) | tojson }}", "the text is longer than 8388608 characters" },
        { "{{ ('&' * 1000000) | e | e | replace('a', 'bbbbbbbbb') | replace('b', 'ccccccccc') }}", "the text is longer than 8388608 characters" },
        { "{% set x = 'a' * 1000000 %}{% for i in range(1000) %}{{ x }}{% endfor %}", "the text is longer than 8388608 characters" },
        { "{{ [1] | batch(10 ** 9, 0) | list }}", "items are more than the limit of 1000000" },
        { "{{ [1] | slice(10 ** 9) | list }}", "items are more than the limit of 1000000" },
        { "{% set ns = namespace(l=[0]) %}{% for i in range(40) %}{% set ns.l = ns.l + ns.l %}{% endfor %}", "items are more than the limit of 1000000" },
        { "{% set x = (['a' * 1000000] * 5) | join %}{{ x ~ x }}", "the text is longer than 8388608 characters" },
        { "{% set x = (['a' * 1000000] * 5) | join %}{{ x + x }}", "a text is longer than 8388608 characters" },
        { "{% set ns = namespace(l=[]) %}{% for i in range(1000000) %}{% set ns.l = ns.l + ['a' * 1000000] %}{% endfor %}", "the template's values take more than 33554432 bytes" },
        { "{% set x = 'a' * 1000000 %}{% for i in range(10000) %}{% if x.count('b') %}{% endif %}{% endfor %}", "needs more than 2000000 steps" },
        { "{% set x = range(1000000) %}{% for i in range(1000000) %}{% set y = x | sort %}{% endfor %}", "the template's values take more than 33554432 bytes" },
        { "{% set x = range(1000000) %}{% for i in x %}{% if -1 in x %}{% endif %}{% endfor %}", "needs more than 2000000 steps" },
        { "{% set ns = namespace(a=[1], b=[1]) %}{% for i in range(100) %}{% set ns.a = [ns.a, ns.a] %}{% set ns.b = [ns.b, ns.b] %}{% endfor %}{{ ns.a == ns.b }}", "needs more than 2000000 steps" },
        { "{% set ns = namespace(a=[1]) %}{% for i in range(100) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a }}", "needs more than 2000000 steps" },
        { "{% set ns = namespace(a=(1,)) %}{% for i in range(100) %}{% set ns.a = (ns.a, ns.a) %}{% endfor %}{{ {ns.a: 1} }}", "a mapping's key has more than 100 parts" },
        { "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "calls are nested deeper than 100" },
        { "{% macro a() %}{% call b() %}{{ a() }}{% endcall %}{% endmacro %}{% macro b() %}{{ caller() }}{% endmacro %}{{ a() }}", "calls are nested deeper than 100" },
        { "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}", "calls are nested deeper than 100" },
        { "{% set ns = namespace(x=[]) %}{% for i in range(10000) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}", "a value is nested deeper than 200" },
        { "{% set ns = namespace(x=[]) %}{% for i in range(10000) %}{% set ns.x = {'a': ns.x} %}{% endfor %}{{ ns.x | tojson }}", "a value is nested deeper than 200" },
        { "{% set ns = namespace(x=[], y=[]) %}{% for i in range(10000) %}{% set ns.x = [ns.x] %}{% set ns.y = [ns.y] %}{% endfor %}{{ ns.x == ns.y }}", "a value is nested deeper than 200" },
        { "{% set ns = namespace(x=[], y=[]) %}{% for i in range(10000) %}{% set ns.x = [ns.x] %}{% set ns.y = [ns.y] %}{% endfor %}{{ ns.x < ns.y }}", "a value is nested deeper than 200" },
        { "{% set ns = namespace(x=['a']) %}{% for i in range(50000) %}{% set ns.x = ns.x | map('upper') %}{% endfor %}{{ ns.x | list }}", "nested deeper than the stack allows" },
        { "{{ ('%(' * 500000) % {} }}", "incomplete format key" },
        { "{{ '%1000000000d' % 1 }}", "items are more than the limit of 1000000" },
        { "{{ '%.1000000000d' % 1 }}", "items are more than the limit of 1000000" },
        { "{{ '%.100000f' % 1.5 }}", "a number has more than 1100 decimal places" },
        { "{{ '%*d' % (10 ** 12, 1) }}", "items are more than the limit of 1000000" },
        { "{{ ('{:' * 500000).format(1) }}", "expected '}' before end of string" },
        { "{{ '{:.99999f}'.format(1.5) }}", "a number has more than 1100 decimal places" },
        { "{{ ('\t' * 100000).expandtabs(1000000) }}", "the text is longer than 8388608 characters" },
        { "{{ ('a ' * 400000) | wordwrap(1, wrapstring='x' * 100) }}", "the text is longer than 8388608 characters" },
        { "{{ ('straße ' * 100000).upper().upper() * 3 }}", "items are more than the limit of 1000000" },
        { "{% set d = '7' * 4200 %}{% for i in range(1000000) %}{% if d | int %}{% endif %}{% endfor %}", "needs more than 2000000 steps" },
        { "{{ '{:>99999999}'.format(1) }}", "items are more than the limit of 1000000" },
        { "{{ 1 }}{# " + new string('x', 2 * 1024 * 1024) + " #}", "a template is longer than 2097152 characters" },
    };

    public static TheoryData<string, string, string> Nested => new()
    {
        { "{{ ", "(", ")" }, { "{{ ", "[", "]" }, { "{{ ", "{1:", "}" }, { "{{ ", "not ", "" }, { "{{ ", "-", "" }, { "{{ x", "[x", "]" },
        { "{{ x", "(x", ")" }, { "{{ x", "|f(x", ")" }, { "{{ x ", "if x else x ", "" }, { "{{ x ", "is x(x ", ")" },
        { "{{ x", ".a", "" }, { "{{ x", "+x", "" }, { "{{ x", "**x", "" }, { "{{ x", " or x", "" }, { "{{ x", "|upper", "" }, { "{{ x", "[0]", "" }, { "{{ x", "()", "" },
        { "{{ ", "'a'", "" }, { "{{ x ", "if x ", "" }, { "{% set ", "(", "" }, { "{% for ", "(", "" },
    };

    [Theory]
    [MemberData(nameof(Endless))]
    public void Endless_work_ends_in_an_error_that_names_the_limit(string template, string message)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        long started = Stopwatch.GetTimestamp();
        JinjaException error = Assert.Throws<JinjaException>(() => JinjaTemplate.Parse(template).Render(new JinjaDict(), Settings));

        Assert.EndsWith(message, error.Message, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, Patience);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, AllocatedBytes);
    }

    /// <summary>Each round is a few nodes, and works on as much as fits; counted by nodes, most of these take minutes or hours.</summary>
    [Theory]
    [InlineData("{% set s = 'a' * 1000000 %}", "{% set y = {s: 1} %}")]
    [InlineData("{% set s = 'a' * 1000000 %}{% set d = {s + '': 1} %}", "{% set y = d[s] %}")]
    [InlineData("{% set s = 'a' * 1000000 %}{% set d = {s + '': 1} %}", "{% set y = d.get(s) %}")]
    [InlineData("{% set s = 'a' * 1000000 %}{% set d = {s + '': 1} %}", "{% if s in d %}{% endif %}")]
    [InlineData("{% set s = 'a' * 1000000 %}{% set d = {s + '': 1} %}", "{% if d == {s: 1} %}{% endif %}")]
    [InlineData("{% set s = 'a' * 1000000 %}{% set t = s + '' %}", "{% if s == t %}{% endif %}")]
    [InlineData("{% set s = 'a' * 1000000 %}{% set t = s + '' %}", "{% if [s] == [t] %}{% endif %}")]
    [InlineData("{% set s = 'a' * 1000000 %}{% set t = s + 'b' %}", "{% if s < t %}{% endif %}")]
    [InlineData("{% set s = 'ab' * 400000 %}{% set t = 'ab' * 100000 + 'cb' %}", "{% if t in s %}{% endif %}")]
    [InlineData("{% set s = 'ab' * 400000 %}{% set t = 'ab' * 100000 + 'cb' %}", "{% if s.rfind(t) > 0 %}{% endif %}")]
    [InlineData("{% set s = 'ab' * 400000 %}{% set t = 'ab' * 100000 + 'cb' %}", "{% set y = s.split(t) %}")]
    [InlineData("{% set s = 'ab' * 400000 %}{% set t = 'ab' * 100000 + 'cb' %}", "{% set y = s.replace(t, '') %}")]
    [InlineData("{% set s = 'a' * 1000000 %}", "{% set y = s.replace('a', '') %}")]
    [InlineData("{% set s = 'a' * 1000000 %}{% set t = 'b' * 1000000 + 'a' %}", "{% set y = s.strip(t) %}")]
    [InlineData("{% set s = ' ' * 1000000 %}", "{% set y = s.strip() %}")]
    [InlineData("{% set s = 'a' * 1000000 %}", "{% if s.isalpha() %}{% endif %}")]
    [InlineData("{% set s = 'a' * 1000000 %}", "{% if s is lower %}{% endif %}")]
    [InlineData("{% set s = 'a' * 1000000 %}", "{% set y = s | int %}")]
    [InlineData("{% set s = 'a' * 1000000 %}", "{% set y = s | wordcount %}")]
    [InlineData("{% set s = 'a' * 100000 %}", "{% set y = s | wordwrap(1) | length %}")]
    [InlineData("{% set s = ' ' * 1000000 %}", "{% set y = s.split() %}")]
    [InlineData("{% set s = 'é' * 1000000 %}", "{% set y = [s, 'b'] | max %}")]
    [InlineData("{% set s = '😀' * 400000 %}", "{% set y = s[399998:399999] %}")]
    [InlineData("{% set s = 'a' * 1000000 %}", "{% set y = s[::999999] %}")]
    [InlineData("{% set s = ['a' * 1000000] * 1000 %}", "{% set y = s | sort %}")]
    [InlineData("{% set s = 'a' * 1000000 %}{% set t = (s + 'b', s + 'c') %}", "{% if (s + s).startswith(t) %}{% endif %}")]
    [InlineData("{% set n = 3 ** 8000 %}", "{% set y = n | string | length %}")]
    [InlineData("{% set n = 3 ** 8000 %}{% set m = 3 ** 4000 %}", "{% set y = n % m == 0 %}")]
    [InlineData("{% set n = 3 ** 8000 %}", "{% set y = '%x' % n %}")]
    [InlineData("{% set n = range(100000) | list %}", "{% set y = 'a' | replace(n, 'b') %}")]
    [InlineData("{% set n = range(1000000) %}", "{% set y = n | sum %}")]
    [InlineData("{% set n = [''] * 1000000 %}", "{% set y = ''.join(n) %}")]
    [InlineData("{% set n = [1] * 1000000 %}", "{% set y = dict(a=1) %}{% if cycler(*n) %}{% endif %}")]
    [InlineData("{% set d = dict.fromkeys(range(1000000)) %}", "{% set y = namespace(x=d.copy()) %}")]
    public void What_takes_long_counts_as_many_steps(string set, string round)
    {
        string template = $"{set}{{% for i in range(1000) %}}{{% for j in range(1000) %}}{round}{{% endfor %}}{{% endfor %}}";

        ThreadCost cost = ThreadCost.Of(() =>
            Assert.True(Assert.Throws<JinjaException>(() => JinjaTemplate.Parse(template).Render(new JinjaDict(), Settings)).IsLimit));

        Assert.InRange(cost.Time, TimeSpan.Zero, SlowestSteps);
    }

    public static TheoryData<string, Func<long, object>> Keys => new()
    {
        { "halves that cancel out", i => i * 4_294_967_297 },
        { "numbers beyond what a double tells apart", i => (1L << 60) + i },
        { "long numbers that begin alike", i => BigInteger.Pow(2, 200) + i },
        { "numbers beyond any double", i => BigInteger.Pow(2, 5000) + i },
        { "pairs of them", i => JinjaList.Tuple(1L, BigInteger.Pow(2, 5000) + i) },
        { "fractions", i => i / 4096.0 },
        { "things that are only themselves", _ => new JinjaNamespace() },
    };

    /// <summary>Keys with the same hash would make every mapping of them a list.</summary>
    [Theory]
    [MemberData(nameof(Keys))]
    public void No_keys_share_their_place(string what, Func<long, object> key)
    {
        const int count = 20_000;
        JinjaDict dict = new();
        ThreadCost cost = ThreadCost.Of(() =>
        {
            for (long i = 0; i < count; i++)
                dict.Set(key(i), null);
        });

        Assert.Equal(count, dict.Count);
        Assert.True(cost.Time < TimeSpan.FromSeconds(2), $"{what}: {cost.Time}");
    }

    [Fact]
    public void Equal_numbers_are_one_key_whatever_their_type()
    {
        JinjaDict dict = new JinjaDict().Set(1L, "a").Set(BigInteger.Pow(2, 70), "b");

        Assert.True(dict.TryGet(1.0, out object? one) && dict.TryGet(true, out _) && dict.TryGet(Math.Pow(2, 70), out _));
        Assert.Equal("a", one);
        Assert.False(dict.TryGet(1.5, out _) || dict.TryGet(double.NaN, out _) || dict.TryGet(BigInteger.Pow(2, 70) + 1, out _));
    }

    [Theory]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(1000) %}{% set ns.l = ns.l + ['ab' * 500000] %}{% endfor %}")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(1000000) %}{% set ns.l = [ns.l, i] %}{% endfor %}")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(1000000) %}{% set ns.l = {'k': ns.l} %}{% endfor %}")]
    [InlineData("{% set ns = namespace(l=none) %}{% for i in range(1000000) %}{% set ns.l = namespace(l=ns.l) %}{% endfor %}")]
    [InlineData("{% set ns = namespace(l=none) %}{% for i in range(1000000) %}{% set ns.l = (ns.l, i ~ 'some text of a hundred characters') %}{% endfor %}")]
    [InlineData("{% set x = 'a' * 500000 %}{% set ns = namespace(l=[]) %}{% for i in range(1000) %}{% set y = x ~ i %}{% if y.endswith('q') %}{% endif %}{% set ns.l = [ns.l, y] %}{% endfor %}")]
    [InlineData("{{ [range(900000) | list, range(900000) | list, range(900000) | list] }}")]
    public void Values_that_stay_alive_have_a_limit(string template)
    {
        JinjaException error = Assert.Throws<JinjaException>(() => JinjaTemplate.Parse(template).Render(new JinjaDict(), new RenderSettings(DateTimeOffset.UnixEpoch)));

        Assert.Equal("the template's values take more than 33554432 bytes", error.Message);
    }

    [Fact]
    public void Values_that_are_garbage_again_have_none()
    {
        JinjaTemplate template = JinjaTemplate.Parse("{% set x = 'a' * 1000000 %}{% for i in range(100) %}{% set y = x ~ i %}{% endfor %}done");

        Assert.Equal("done", template.Render(new JinjaDict(), new RenderSettings(DateTimeOffset.UnixEpoch)).Text);
    }

    [Fact]
    public void A_sum_counts_its_parts_once()
    {
        JinjaTemplate template = JinjaTemplate.Parse("{% set ns = namespace(t='') %}{% for i in range(240) %}{% set ns.t = ns.t ~ 'x' * 1000 %}{% endfor %}{{ ns.t | length }}");

        Assert.Equal("240000", template.Render(new JinjaDict(), new RenderSettings(DateTimeOffset.UnixEpoch)).Text);
    }

    [Theory]
    [InlineData("{% set x = 'a' * 1000000 %}{% macro m(n) %}{{ x }}{{ m(n - 1) if n }}{% endmacro %}{{ m(50) }}")]
    [InlineData("{% set x = 'a' * 1000000 %}{% for i in [[[[[[[[[[[[]]]]]]]]]]]] recursive %}{{ x }}{{ loop(i) }}{% endfor %}")]
    public void Everything_that_is_being_written_shares_one_limit(string template) => Assert.Equal(
        "the text is longer than",
        Assert.Throws<JinjaException>(() => JinjaTemplate.Parse(template).Render(new JinjaDict(), new RenderSettings(DateTimeOffset.UnixEpoch))).Message[..23]);

    [Theory]
    [MemberData(nameof(Nested))]
    public void No_nesting_of_expressions_overflows_the_stack(string before, string open, string close)
    {
        string template = before + string.Concat(Enumerable.Repeat(open, 100_000)) + "x" + string.Concat(Enumerable.Repeat(close, 100_000)) + " }}";

        Assert.NotEmpty(Assert.Throws<JinjaException>(() => JinjaTemplate.Parse(template).Render(new JinjaDict().Set("x", 1L), Settings)).Message);
    }

    [Theory]
    [InlineData("{% if true %}", "{% endif %}")]
    [InlineData("{% for x in [1] %}", "{% endfor %}")]
    [InlineData("{% set x %}", "{% endset %}")]
    [InlineData("{% filter upper %}", "{% endfilter %}")]
    [InlineData("{% macro m() %}", "{% endmacro %}")]
    [InlineData("{% with %}", "{% endwith %}")]
    [InlineData("{% generation %}", "{% endgeneration %}")]
    public void No_nesting_of_blocks_overflows_the_stack(string open, string close)
    {
        string template = string.Concat(Enumerable.Repeat(open, 10_000)) + string.Concat(Enumerable.Repeat(close, 10_000));

        JinjaException error = Assert.Throws<JinjaException>(() => JinjaTemplate.Parse(template));
        Assert.Equal("expressions and blocks are nested deeper than 100", error.Message);
    }

    [Fact]
    public void Deeply_nested_variables_are_refused_when_they_are_read()
    {
        string json = new string('[', 5_000) + new string(']', 5_000);
        using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 10_000 });

        JinjaException error = Assert.Throws<JinjaException>(() => JsonText.Read(document.RootElement));
        Assert.Equal("a value is nested deeper than 200", error.Message);
    }

    [Fact]
    public void A_long_integer_of_a_client_is_refused_in_words()
    {
        using JsonDocument document = JsonDocument.Parse(new string('9', 1_000_000));

        JinjaException error = Assert.Throws<JinjaException>(() => JsonText.Read(document.RootElement));
        Assert.Equal("an integer has more than 4200 digits", error.Message);
    }

    [Fact]
    public void A_cancelled_rendering_ends()
    {
        JinjaTemplate endless = JinjaTemplate.Parse("{% for i in range(1000000) %}{{ i }}{% endfor %}");
        RenderSettings cancelled = Settings with { Cancellation = new CancellationToken(canceled: true) };

        Assert.Throws<OperationCanceledException>(() => endless.Render(new JinjaDict(), cancelled));
    }
}
