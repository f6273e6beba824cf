namespace Hearth.Engine.Sampling;

/// <summary>The tokens that may still be drawn, best first. Buffers grow once and are used again.</summary>
internal sealed class Candidates
{
    private float[] _logits = [];
    private int[] _tokens = [];
    private double[] _weights = [];
    private int _count;

    /// <summary>The best candidate.</summary>
    public int Best => _tokens[0];

    /// <summary>The candidates left, best first.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, _count);

    /// <summary>Takes the <paramref name="topK"/> best numbers, all when it is 0; equal ones by the lower id.</summary>
    public void Fill(ReadOnlySpan<float> logits, int topK)
    {
        int limit = topK > 0 ? Math.Min(topK, logits.Length) : logits.Length;
        Grow(limit);
        _count = 0;
        if (limit == logits.Length)
            FillAll(logits);
        else
            FillBest(logits, limit);
        // Sort is ascending and unstable: order by descending logit, then by ascending id.
        _logits.AsSpan(0, _count).Sort(_tokens.AsSpan(0, _count), (a, b) => b.CompareTo(a));
        OrderEqualsById();
    }

    /// <summary>Keeps the fewest best candidates whose probability reaches <paramref name="topP"/>.</summary>
    public void KeepTopP(float topP)
    {
        if (topP >= 1f || _count <= 1)
            return;
        double total = Weigh(temperature: 1);
        double sum = 0;
        for (int i = 0; i < _count; i++)
        {
            sum += _weights[i];
            if (sum < topP * total)
                continue;
            _count = i + 1;
            return;
        }
    }

    /// <summary>Keeps candidates at least <paramref name="minP"/> times as probable as the best one.</summary>
    public void KeepMinP(float minP)
    {
        if (minP <= 0f)
            return;
        float least = _logits[0] + MathF.Log(minP);
        while (_count > 1 && _logits[_count - 1] < least)
            _count--;
    }

    /// <summary>Draws with <paramref name="uniform"/> in [0, 1).</summary>
    public int Draw(float temperature, double uniform)
    {
        double rest = uniform * Weigh(temperature);
        int last = 0;
        for (int i = 0; i < _count; i++)
        {
            if (_weights[i] <= 0)
                continue;
            last = i;
            rest -= _weights[i];
            if (rest < 0)
                break;
        }

        return _tokens[last];
    }

    private double Weigh(double temperature)
    {
        double total = 0;
        for (int i = 0; i < _count; i++)
            total += _weights[i] = Math.Exp((_logits[i] - (double)_logits[0]) / temperature);
        return total;
    }

    private void Grow(int size)
    {
        if (_tokens.Length >= size)
            return;
        _logits = new float[size];
        _tokens = new int[size];
        _weights = new double[size];
    }

    private void FillAll(ReadOnlySpan<float> logits)
    {
        for (int token = 0; token < logits.Length; token++)
        {
            if (logits[token] > float.NegativeInfinity)
                Append(logits[token], token);
        }
    }

    /// <summary>A heap of the best so far with the worst of them on top; most logits lose against it at once.</summary>
    private void FillBest(ReadOnlySpan<float> logits, int limit)
    {
        for (int token = 0; token < logits.Length; token++)
        {
            float logit = logits[token];
            if (_count == limit)
            {
                if (!(logit > _logits[0]))
                    continue;
                (_logits[0], _tokens[0]) = (logit, token);
                SiftDown();
            }
            else if (logit > float.NegativeInfinity)
            {
                Append(logit, token);
                SiftUp(_count - 1);
            }
        }
    }

    private void Append(float logit, int token)
    {
        (_logits[_count], _tokens[_count]) = (logit, token);
        _count++;
    }

    private bool IsWorse(int a, int b) => _logits[a] < _logits[b] || (_logits[a] == _logits[b] && _tokens[a] > _tokens[b]);

    private void Swap(int a, int b)
    {
        (_logits[a], _logits[b]) = (_logits[b], _logits[a]);
        (_tokens[a], _tokens[b]) = (_tokens[b], _tokens[a]);
    }

    private void SiftUp(int i)
    {
        for (int parent = (i - 1) / 2; i > 0 && IsWorse(i, parent); parent = (i - 1) / 2)
        {
            Swap(i, parent);
            i = parent;
        }
    }

    private void SiftDown()
    {
        int i = 0;
        while (true)
        {
            int worst = i;
            for (int child = (2 * i) + 1; child <= (2 * i) + 2 && child < _count; child++)
                worst = IsWorse(child, worst) ? child : worst;
            if (worst == i)
                return;
            Swap(i, worst);
            i = worst;
        }
    }

    private void OrderEqualsById()
    {
        for (int start = 0; start < _count;)
        {
            int end = start + 1;
            while (end < _count && _logits[end] == _logits[start])
                end++;
            _tokens.AsSpan(start, end - start).Sort();
            start = end;
        }
    }
}
